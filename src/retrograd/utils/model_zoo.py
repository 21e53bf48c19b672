"""`torch.utils.model_zoo`: the older name of `torch.hub`'s loading of weights, which raises."""

from __future__ import annotations

from retrograd.hub import download_url_to_file, load_state_dict_from_url

__all__ = ["download_url_to_file", "load_state_dict_from_url", "load_url"]

load_url = load_state_dict_from_url
