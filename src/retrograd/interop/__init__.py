"""Other people's formats and interfaces: safetensors files, NumPy, TensorFlow 1's static graphs."""
