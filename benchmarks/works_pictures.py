"""Training steps of networks of linear layers and of networks that look at pictures."""

from __future__ import annotations

from typing import Any

from benchmarks.library import Library, Work, layers


def mlp(L: Library, sizes: tuple[int, ...], batch: int, act: str = "ReLU", dtype: str = "float32") -> Work:
    model = layers(L, *sizes, act=act).to(getattr(L.T, dtype))
    return L.classified(model, L.normal(batch, sizes[0], dtype=dtype), sizes[-1])


def autoencoder(L: Library) -> Work:
    model = layers(L, 784, 512, 200, 64, 12, 64, 200, 512, 784)
    return L.trained(model, lambda f, x: L.F.mse_loss(L.T.sigmoid(f(x)), x), (L.uniform(100, 784),))


def vae(L: Library) -> Work:
    T, F = L.T, L.F

    class VAE(L.nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.mean, self.scale = (L.nn.Linear(*s) for s in ((784, 400), (400, 20), (400, 20)))
            self.back, self.out = L.nn.Linear(20, 400), L.nn.Linear(400, 784)

        def forward(self, x: Any, noise: Any) -> Any:
            h = F.relu(self.inner(x))
            mean, scale = self.mean(h), self.scale(h)
            z = mean + noise * T.exp(0.5 * scale)
            return T.sigmoid(self.out(F.relu(self.back(z)))), mean, scale

    def loss(f: Any, x: Any, noise: Any) -> Any:
        y, mean, scale = f(x, noise)
        return F.binary_cross_entropy(y, x, reduction="sum") \
            - 0.5 * T.sum(1 + scale - mean.pow(2) - scale.exp())
    return L.trained(VAE(), loss, (L.uniform(128, 784), L.normal(128, 20)), lr=1e-4)


def dcgan(L: Library) -> Work:
    nn, F, T = L.nn, L.F, L.T
    up: list[Any] = [nn.ConvTranspose2d(50, 96, 4, bias=False), nn.BatchNorm2d(96), nn.ReLU()]
    down: list[Any] = [nn.Conv2d(1, 24, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for a, b in ((96, 48), (48, 24)):
        up += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        down += [nn.Conv2d(b, a, 4, 2, 1, bias=False), nn.BatchNorm2d(a), nn.LeakyReLU(0.2)]
    down[2:] = down[5:] + down[2:5]
    maker = nn.Sequential(*up, nn.ConvTranspose2d(24, 1, 4, 2, 1, bias=False), nn.Tanh())
    judge = nn.Sequential(*down, nn.Conv2d(96, 1, 4, bias=False), nn.Flatten(0))
    both = nn.ModuleList([maker, judge])
    opt_g, opt_d = (L.optimizer(m.parameters(), lr=1e-4, betas=(0.5, 0.999)) for m in (maker, judge))
    make, judged = L.wrap(maker), L.wrap(judge)

    def step(real: Any, noise: Any) -> Any:
        ones, zeros = T.ones(len(real)), T.zeros(len(real))
        bce = F.binary_cross_entropy_with_logits
        opt_d.zero_grad()
        fake = make(noise)
        loss_d = bce(judged(real), ones) + bce(judged(fake.detach()), zeros)
        loss_d.backward()
        opt_d.step()
        opt_g.zero_grad()
        loss_g = bce(judged(fake), ones)
        loss_g.backward()
        opt_g.step()
        return loss_d.detach() + loss_g.detach()
    return both, step, (L.normal(32, 1, 32, 32), L.normal(32, 50, 1, 1))


def resnet(L: Library) -> Work:
    nn, F = L.nn, L.F

    class Block(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self, a: int, b: int, stride: int) -> None:
            super().__init__()
            self.c1, self.b1 = nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b)
            self.c2, self.b2 = nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b)
            self.short = nn.Identity() if a == b else nn.Sequential(
                nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

        def forward(self, x: Any) -> Any:
            y = self.b2(self.c2(F.relu(self.b1(self.c1(x)))))
            return F.relu(y + self.short(x))
    made: list[Any] = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    for a, b in ((64, 64), (64, 128), (128, 256), (256, 512)):
        made += [Block(a, b, 1 if a == b else 2), Block(b, b, 1)]
    model = nn.Sequential(*made, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
    return L.classified(model, L.normal(16, 3, 32, 32), 10)


def mobilenet(L: Library) -> Work:
    nn = L.nn

    class Block(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self, a: int, inner: int, b: int, stride: int, k: int) -> None:
            super().__init__()
            self.same = a == b and stride == 1
            self.body = nn.Sequential(
                nn.Conv2d(a, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.Hardswish(),
                nn.Conv2d(inner, inner, k, stride, k // 2, groups=inner, bias=False), nn.BatchNorm2d(inner),
                nn.Hardswish(), nn.Conv2d(inner, b, 1, bias=False), nn.BatchNorm2d(b))

        def forward(self, x: Any) -> Any:
            return x + self.body(x) if self.same else self.body(x)
    blocks = [Block(*s) for s in (
        (16, 16, 16, 1, 3), (16, 64, 24, 2, 3), (24, 72, 24, 1, 3), (24, 72, 40, 2, 5), (40, 120, 40, 1, 5),
        (40, 240, 80, 2, 3), (80, 200, 80, 1, 3))]
    model = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.Hardswish(), *blocks,
                          nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(80, 10))
    return L.classified(model, L.normal(16, 3, 64, 64), 10)


def unet(L: Library) -> Work:
    nn, T = L.nn, L.T

    def double(a: int, b: int) -> Any:
        return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(),
                             nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU())

    class UNet(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList([double(3, 16), double(16, 32), double(32, 64)])
            self.up = nn.ModuleList([double(96, 32), double(48, 16)])
            self.pool, self.wide = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear")
            self.out = nn.Conv2d(16, 2, 1)

        def forward(self, x: Any) -> Any:
            a = self.down[0](x)
            b = self.down[1](self.pool(a))
            c = self.down[2](self.pool(b))
            y = self.up[0](T.cat([self.wide(c), b], 1))
            return self.out(self.up[1](T.cat([self.wide(y), a], 1)))
    return L.trained(UNet(), lambda f, x, y: L.F.cross_entropy(f(x), y),
                     (L.normal(4, 3, 64, 64), L.integers(2, 4, 64, 64)))


def vit(L: Library) -> Work:
    nn, F, T = L.nn, L.F, L.T

    class Block(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.n1, self.n2 = nn.LayerNorm(96), nn.LayerNorm(96)
            self.qkv, self.out = nn.Linear(96, 288), nn.Linear(96, 96)
            self.up, self.down = nn.Linear(96, 384), nn.Linear(384, 96)

        def forward(self, x: Any) -> Any:
            b, n, _ = x.shape
            q, k, v = self.qkv(self.n1(x)).reshape(b, n, 3, 3, 32).permute(2, 0, 3, 1, 4)
            x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, 96))
            return x + self.down(F.gelu(self.up(self.n2(x))))

    class ViT(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(3, 96, 4, 4)
            self.token, self.places = nn.Parameter(T.zeros(1, 1, 96)), nn.Parameter(T.zeros(1, 65, 96))
            self.blocks = nn.Sequential(*(Block() for _ in range(4)))
            self.norm, self.head = nn.LayerNorm(96), nn.Linear(96, 10)

        def forward(self, x: Any) -> Any:
            x = self.patches(x).flatten(2).transpose(1, 2)
            x = T.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
            return self.head(self.norm(self.blocks(x))[:, 0])
    return L.classified(ViT(), L.normal(12, 3, 32, 32), 10)


def mixer(L: Library) -> Work:
    nn = L.nn

    class Block(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.n1, self.n2 = nn.LayerNorm(80), nn.LayerNorm(80)
            self.along, self.across = layers(L, 49, 120, 49, act="GELU"), layers(L, 80, 240, 80, act="GELU")

        def forward(self, x: Any) -> Any:
            x = x + self.along(self.n1(x).transpose(1, 2)).transpose(1, 2)
            return x + self.across(self.n2(x))

    class Mixer(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.patches, self.blocks = nn.Conv2d(1, 80, 4, 4), nn.Sequential(*(Block() for _ in range(4)))
            self.norm, self.head = nn.LayerNorm(80), nn.Linear(80, 10)

        def forward(self, x: Any) -> Any:
            x = self.blocks(self.patches(x).flatten(2).transpose(1, 2))
            return self.head(self.norm(x).mean(1))
    return L.classified(Mixer(), L.normal(20, 1, 28, 28), 10)
