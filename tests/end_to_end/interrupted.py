"""A training run that is interrupted at random moments; run by test_interrupts.py as a process of its own.

After each interrupt parameters and optimiser state must be those of a whole number of steps: a twin, which
nothing interrupts, takes as many steps as the optimiser has counted, and is compared bit by bit.
"""

import signal
import sys
from random import Random

import retrograd as rg

WARM = 20       # steps before the first interrupt: all kernels are there


class Run:
    """A network with everything a step needs."""

    def __init__(self, width: int, dropout: float, compiled: bool) -> None:
        rg.manual_seed(0)
        nn = rg.nn
        self.model = nn.Sequential(nn.Linear(20, width), nn.LayerNorm(width), nn.Tanh(), nn.Dropout(dropout),
                                   nn.Linear(width, 5))
        self.optimizer = rg.optim.Adam(self.model.parameters(), lr=1e-3)
        self.x, self.y = rg.randn(16, 20), rg.randint(0, 5, (16,))
        self.step = rg.compile(self._step) if compiled else self._step

    def _step(self, x: rg.Tensor, y: rg.Tensor) -> rg.Tensor:
        self.optimizer.zero_grad()
        loss = rg.nn.functional.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def steps(self) -> set[float]:
        return {entry["step"] for entry in self.optimizer.state.values()}

    def bits(self) -> list[bytes]:
        tensors = [*self.model.parameters()]
        for entry in self.optimizer.state.values():
            tensors += [v for v in entry.values() if isinstance(v, rg.Tensor)]
        return [t.detach().numpy().tobytes() for t in tensors]


def main(compiled: bool, interrupts: int, seed: int, width: int, dropout: float) -> None:
    random = Random(seed)
    run, twin = Run(width, dropout, compiled), Run(width, dropout, False)
    for one in (run, twin):
        rg.manual_seed(1)
        for _ in range(WARM):
            one.step(one.x, one.y)
    drawn = rg.get_rng_state()
    rang = False

    def ring(*_: object) -> None:
        nonlocal rang
        rang = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, ring)
    done = WARM
    for k in range(interrupts):
        rang = False
        try:
            signal.setitimer(signal.ITIMER_REAL, 10 ** random.uniform(-5, -2))
            while not rang:                 # a destructor may have swallowed it
                run.step(run.x, run.y)
        except KeyboardInterrupt:
            pass
        steps = run.steps()
        assert len(steps) == 1, f"interrupt {k}: parameters counted differently: {steps}"
        now = rg.get_rng_state()
        rg.set_rng_state(drawn)
        while done < next(iter(steps)):
            twin.step(twin.x, twin.y)
            done += 1
        drawn = rg.get_rng_state()
        rg.set_rng_state(now)
        if not compiled:
            assert not dropout, "a plain step draws before it is known whether it will be completed"
        assert rg.equal(drawn, now), f"interrupt {k}: a draw was lost"
        assert run.bits() == twin.bits(), f"interrupt {k}, after {done} steps: no whole number of steps"
    print(f"{interrupts} interrupts, {done} steps")


if __name__ == "__main__":
    main(sys.argv[1] == "compiled", int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
