"""Training steps of networks that read sequences."""

from __future__ import annotations

from typing import Any

from benchmarks.library import Library, Work


def wavenet(L: Library, dtype: str = "float32") -> Work:
    nn, T = L.nn, L.T

    class WaveNet(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.begin = nn.Conv1d(1, 32, 1)
            self.gates = nn.ModuleList([nn.Conv1d(32, 64, 2, dilation=2 ** i) for i in range(8)])
            self.mix = nn.ModuleList([nn.Conv1d(32, 32, 1) for i in range(8)])
            self.end = nn.Conv1d(32, 24, 1)

        def forward(self, x: Any) -> Any:
            x, kept = self.begin(x), 0
            for gate, mix in zip(self.gates, self.mix):
                a, b = gate(L.F.pad(x, (gate.dilation[0], 0))).chunk(2, 1)
                y = mix(T.tanh(a) * T.sigmoid(b))
                x, kept = x + y, kept + y
            return self.end(L.F.relu(kept))
    return L.trained(WaveNet().to(getattr(T, dtype)), lambda f, x, y: L.F.cross_entropy(f(x), y),
                     (L.normal(8, 1, 500, dtype=dtype), L.integers(24, 8, 500)))


def gru_classifier(L: Library) -> Work:
    nn = L.nn

    class Classifier(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.gru = nn.Embedding(5000, 50, padding_idx=0), nn.GRU(50, 70, batch_first=True)
            self.head = nn.Linear(70, 4)

        def forward(self, i: Any, lengths: Any) -> Any:
            x = L.rnn.pack_padded_sequence(self.words(i), lengths, batch_first=True, enforce_sorted=False)
            return self.head(self.gru(x)[1][-1])
    return L.classified(Classifier(), L.integers(5000, 24, 40), 4, L.integers(30, 24) + 10)


def tagger(L: Library) -> Work:
    nn = L.nn

    class Tagger(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(2000, 60)
            self.lstm = nn.LSTM(60, 48, bidirectional=True, batch_first=True)
            self.head = nn.Linear(96, 17)

        def forward(self, i: Any) -> Any:
            return self.head(self.lstm(self.words(i))[0]).transpose(1, 2)
    return L.trained(Tagger(), lambda f, i, y: L.F.cross_entropy(f(i), y, ignore_index=0),
                     (L.integers(2000, 20, 35), L.integers(17, 20, 35)))


def seq2seq(L: Library) -> Work:
    nn, T = L.nn, L.T

    class Seq2Seq(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.source, self.target = nn.Embedding(900, 64), nn.Embedding(800, 64)
            self.encoder, self.decoder = nn.GRU(64, 96, batch_first=True), nn.GRUCell(64 + 96, 96)
            self.query, self.head = nn.Linear(96, 96), nn.Linear(192, 800)

        def forward(self, i: Any, o: Any) -> Any:
            kept, h = self.encoder(self.source(i))
            h, words, out = h[0], self.target(o), []
            context = T.zeros_like(h)
            for t in range(o.shape[1]):
                h = self.decoder(T.cat([words[:, t], context], 1), h)
                weight = T.softmax(T.bmm(kept, self.query(h).unsqueeze(2)).squeeze(2), 1)
                context = T.bmm(weight.unsqueeze(1), kept).squeeze(1)
                out.append(self.head(T.cat([h, context], 1)))
            return T.stack(out, 1).flatten(0, 1)
    return L.trained(Seq2Seq(), lambda f, i, o, y: L.F.cross_entropy(f(i, o), y.flatten()),
                     (L.integers(900, 16, 22), L.integers(800, 16, 18), L.integers(800, 16, 18)))


def encoder(L: Library) -> Work:
    nn, T = L.nn, L.T

    class Encoder(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(1000, 96), nn.Embedding(64, 96)
            layer = nn.TransformerEncoderLayer(96, 6, 200, dropout=0.0, batch_first=True)
            self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.head = nn.Linear(96, 3)

        def forward(self, i: Any, hidden: Any) -> Any:
            x = self.words(i) + self.places(T.arange(i.shape[1]))
            return self.head(self.body(x, src_key_padding_mask=hidden).mean(1))
    i = L.integers(1000, 12, 50)
    hidden = T.arange(50)[None, :] >= (L.integers(30, 12, 1) + 20)
    return L.classified(Encoder(), i, 3, hidden)
