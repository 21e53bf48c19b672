"""Run every sample of tests/conformance in PyTorch and here, and write docs/conformance.md, name by name."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.conformance import compare  # noqa: E402
from tests.conformance.tables import DIFFERS, ERRORS, FORWARD_DIFFERS, NOT_REFUSED, TABLES  # noqa: E402

HEAD = """# Conformance

Every name of PyTorch's everyday surface, on samples that both libraries compute: values, dtypes, shapes,
first and second gradients, derivatives in forward mode; then mistakes, by the class of error that a script
catches. float32 agrees to 2e-5 of the largest value, float64 to 1e-9, derivatives in float64 to 1e-7.
`make conformance` writes this page; the suite runs all samples of the everyday names, one of each other name.
"""

MISTAKES = """\
{} mistakes raise an error of PyTorch's class or of a subclass of it, and so do {:,} more: the first three
samples of each name with None, a string, a list, an object or an empty tensor in place of the first input,
and with an argument too many. Not refused:{}
"""


def verdict(torch: Any, ours: Any, expressions: list[str], counts: Counter[str]) -> str:
    """"passes", or which samples do not agree, and why."""
    wrong = []
    for expression in expressions[:3]:
        try:
            counts["mistakes"] += compare.compare_mistakes(torch, ours, expression)
        except AssertionError as error:
            wrong.append(f"**FAILS**: {str(error).strip().splitlines()[0]}")
    for expression in expressions:
        try:
            compare.compare(torch, ours, expression, forward=False)
            counts["forward"] += compare.compare_forward(torch, ours, expression)
        except (Exception, AssertionError) as error:
            why = DIFFERS.get(expression) or FORWARD_DIFFERS.get(expression)
            wrong.append(f"differs in `{expression}`: {why}" if why else
                         f"**FAILS** in `{expression}`: {str(error).strip().splitlines()[0]}")
    return "; ".join(wrong) or "passes"


def main() -> int:
    import torch

    import retrograd
    torch.set_num_threads(1)
    lines, counts, checks = [HEAD], Counter[str](), Counter[str]()
    for part, table in TABLES.items():
        lines += [f"## {part}", "", "| name | samples | verdict |", "|---|---:|---|"]
        for name, expressions in table.items():
            said = verdict(torch, retrograd, expressions, checks)
            counts[said.split()[0]] += 1
            lines.append(f"| `{part}.{name}` | {len(expressions)} | {said.replace('|', chr(92) + '|')} |")
        lines.append("")
    none = "" if NOT_REFUSED else " none."
    lines += ["## Mistakes", "", MISTAKES.format(len(ERRORS), checks["mistakes"], none)]
    lines += [f"- `{expression}`: {why}." for expression, why in NOT_REFUSED.items()]
    total = ", ".join(f"{count} {said}" for said, count in counts.items())
    lines[0] += (f"\n{sum(counts.values())} names: {total.replace('**', '')}. Forward mode was compared on "
                 f"{checks['forward']} samples. PyTorch {torch.__version__}.\n")
    (ROOT / "docs" / "conformance.md").write_text("\n".join(lines) + "\n")
    print(total)
    return int(any(said.startswith("**") for said in counts))


if __name__ == "__main__":
    sys.exit(main())
