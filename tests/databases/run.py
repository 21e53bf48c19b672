"""Run PyTorch's databases of operators, modules and optimisers and write what passes, name by name.

    python -m tests.databases.run [--failed | --only NAME,...] [--kind operators,modules,optimizers]
        [--tiers everyday,common] [--samples N] [--seconds S] [--store build/databases.json]
        [--page docs/databases.md]

One process, one name after another, each with a limit of time. The store keeps earlier results, so a run
may be made in parts.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.databases.further import Further
from tests.databases.modules import Module
from tests.databases.names import DIFFERS, WIDER, tier
from tests.databases.operators import Operator, failure
from tests.databases.optimizers import Optimizer

HEAD = """# PyTorch's own databases

PyTorch tests itself with databases of operators (`op_db`), modules and optimisers: for each name samples of
its arguments, and arguments that it must refuse. Here they are run in both libraries: values in some dtypes,
as function, method, operator, in place, into `out=` and under other names, with strided inputs; first and
second derivatives and forward mode in float64; the class of errors. A name passes if every sample does (the
page is of at most some dozen samples a dtype, evenly taken).
`make databases` writes this page (in parts: its last took 35 minutes of a busy machine, 8 or 12 samples a
dtype). In further ways (every dtype, PyTorch's reference inputs with extreme values, vmap, the transforms of
torch.func, capture, conjugated views, out= of other sizes) operators are run by
`python -m tests.databases.run --kind operators --further --store build/further.json`.

"""


class OutOfTime(BaseException):
    """A name took longer than it may; no check catches it."""


def entries(torch: Any, ours: Any, kinds: list[str], limit: int, further: bool = False
            ) -> Iterator[tuple[str, Any]]:
    """(name, what checks it), some names several times."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_methods_invocations import op_db
        from torch.testing._internal.common_modules import module_db
        from torch.testing._internal.common_optimizers import optim_db
    if "operators" in kinds:
        for info in op_db:
            if not info.name.startswith(("torch.ops", "torch._", "jiterator", "_", "masked.", "sparse.")) or \
                    info.name.startswith("__"):
                found = Operator(torch, ours, info, limit)
                yield info.name, Further(found) if further else found
    if "modules" in kinds:
        for info in module_db:
            yield "nn." + info.module_cls.__name__, Module(torch, ours, info, limit)
    if "optimizers" in kinds:
        for info in optim_db:
            yield "optim." + info.optim_cls.__name__, Optimizer(torch, ours, info, limit)


def checked(entry: Any, seconds: int) -> dict[str, Any]:
    """{passed, failed, reasons} of one entry, as far as the time reaches."""
    def late(*_: Any) -> None:
        raise OutOfTime
    passed, reasons = 0, []
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    began = time.perf_counter()
    try:
        for what, said in entry.check():
            passed += not said
            if said:
                reasons.append(f"{what}: {said}")
    except OutOfTime:
        pass
    except Exception as error:
        reasons.append(f"the samples: {failure(error)}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return {"passed": passed, "failed": len(reasons), "reasons": reasons[:40],
            "seconds": round(time.perf_counter() - began, 1)}


def alike(result: dict[str, Any]) -> list[str]:
    """The reasons without what tells samples apart."""
    parts = [r.partition("  (") for r in result["reasons"]]
    return [re.sub(r"\d+", "#", why) + "  (" + sample[:100] for why, _, sample in parts]


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"passed": sum(p["passed"] for p in parts), "failed": sum(p["failed"] for p in parts),
            "reasons": [r for p in parts for r in p["reasons"]], "seconds": sum(p["seconds"] for p in parts)}


def shares(results: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """{tier: (names that pass, names)}."""
    found: dict[str, tuple[int, int]] = {}
    for name, result in results.items():
        good, count = found.get(tier(name), (0, 0))
        found[tier(name)] = good + (not result["failed"]), count + 1
    return found


def sentence(results: dict[str, Any]) -> str:
    return ", ".join(f"{said} names: {good} of {count} pass ({100 * good / count:.1f} %)"
                     for said, (good, count) in sorted(shares(results).items(), reverse=True))


def page(results: dict[str, Any], version: str) -> str:
    lines = [HEAD + sentence(results).capitalize() + f". PyTorch {version}.", ""]
    for said in ("everyday", "common", "rare"):
        rows = {name: r for name, r in sorted(results.items()) if tier(name) == said}
        if rows:
            lines += [f"## The {said} part", "", "| name | passed | failed | first failure |",
                      "|---|---:|---:|---|"]
        for name, r in rows.items():
            first = (r["reasons"] or [""])[0].replace("|", "\\|").replace("\n", " ")[:200]
            why = f"{DIFFERS[name]}: {first}" if first and name in DIFFERS else first
            if not first and name in WIDER:
                why = f"to {WIDER[name][0]:g} times the tolerance: {WIDER[name][1]}"
            lines.append(f"| `{name}` | {r['passed']} | {r['failed']} | {why} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--kind", default="operators,modules,optimizers")
    parser.add_argument("--tiers", default="everyday,common")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--total", type=int, default=10 ** 6, help="seconds after which no new name is begun")
    parser.add_argument("--show", type=int, default=3, help="how many reasons a name are printed")
    parser.add_argument("--failed", action="store_true", help="only names that did not pass")
    parser.add_argument("--new", action="store_true", help="only names that are not in the store")
    parser.add_argument("--further", action="store_true", help="in further ways (vmap, extreme values, ...)")
    parser.add_argument("--store", default="build/databases.json")
    parser.add_argument("--page", default="")
    args = parser.parse_args()
    import torch

    import retrograd as ours
    torch.set_num_threads(1)
    only, tiers = set(filter(None, args.only.split(","))), args.tiers.split(",")
    store = Path(args.store)
    results: dict[str, Any] = json.loads(store.read_text()) if store.exists() else {}
    found: dict[str, list[dict[str, Any]]] = {}
    began = time.perf_counter()
    for name, entry in entries(torch, ours, args.kind.split(","), args.samples, args.further):
        skipped = (only and name not in only) or (not only and tier(name) not in tiers) or \
            (args.failed and not results.get(name, {"failed": 1})["failed"]) or \
            (args.new and name in results and name not in found)
        if skipped or time.perf_counter() - began > args.total:
            continue
        found.setdefault(name, []).append(checked(entry, args.seconds))
        results[name] = merged(found[name])
        store.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(json.dumps(results, indent=1, sort_keys=True))
        if only or args.failed:
            print(f"{name}: {results[name]['passed']} passed, {results[name]['failed']} failed")
            for said, count in Counter(alike(found[name][-1])).most_common(args.show):
                print(f"    {count} x {said}")
    known = {name: r for name, r in results.items() if tier(name) in tiers}
    print(sentence(known))
    if args.page:
        Path(args.page).write_text(page(known, torch.__version__))


if __name__ == "__main__":
    main()
