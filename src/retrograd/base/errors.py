"""The errors users see: what came in, what was expected, how to mend it; built once, here."""

from __future__ import annotations


class RetrogradError(Exception):
    """Base of every error that Retrograd raises on purpose.

    The message is one paragraph: ``op: why. got ... Expected ... fix``. The parts stay readable as fields
    (`op`, `got`, `expected`, `why`, `fix`, `where`) for tools. `where` is the user's forward line when the
    error is met later than that line (while evaluating, or while walking back).
    """

    def __init__(self, why: str = "", *, op: str = "", got: str = "", expected: str = "", fix: str = "",
                 where: str = "") -> None:
        self.op, self.got, self.expected, self.why, self.fix, self.where = op, got, expected, why, fix, where
        super().__init__(self._message())

    def _message(self) -> str:
        name = type(self).__name__
        head = f"{self.op}: {self.why}" if self.op else self.why
        if self.got:
            head += f": {self.got}" if head and not head.endswith(":") else f" {self.got}"
        if head and head[-1] not in ".?!:":
            head += "."
        lines = [head]
        indent = " " * (len(name) + 2)
        if self.expected:
            lines.append(f"{indent}Expected {self.expected}.")
        if self.fix:
            lines.append(f"{indent}{self.fix}")
        if self.where:
            lines.append(f"{indent}Recorded at {self.where}")
        return "\n".join(lines)


class ShapeError(RetrogradError, RuntimeError, ValueError):
    """Shapes or axes do not fit the operation."""


class DTypeError(RetrogradError, NotImplementedError, TypeError):
    """A dtype the operation does not take."""


class ArgumentError(RetrogradError, RuntimeError, ValueError):
    """An argument outside what the operation accepts."""


class ArgumentTypeError(RetrogradError, TypeError):
    """An argument of a kind the operation does not accept."""


class IndexRangeError(RetrogradError, IndexError, RuntimeError):
    """An index outside the axis it indexes (PyTorch raises the one or the other, by operation)."""


class AutogradError(RetrogradError, RuntimeError):
    """The graph cannot be differentiated as asked."""


class InplaceError(RetrogradError, RuntimeError):
    """A write in place that the rules of autograd forbid."""


class DeviceError(RetrogradError, RuntimeError):
    """A device that is not there."""


class EvaluationError(RetrogradError, RuntimeError):
    """A value could not be computed (singular matrix, overflow of a resource, ...)."""


class LinAlgError(EvaluationError):
    """A matrix has no inverse, no such factors, or an iteration over it did not converge."""


class CompileError(RetrogradError, RuntimeError):
    """A step that `compile(..., fullgraph=True)` cannot replay."""


class CompilationError(EvaluationError):
    """A kernel could not be compiled or loaded (the interpreter then computes what it was for)."""


class MissingError(RetrogradError, NotImplementedError):
    """A name or an option that PyTorch has and Retrograd does not have yet."""


class MissingAttributeError(MissingError, AttributeError):
    """A missing attribute of a module or tensor: both `hasattr` and `except NotImplementedError` see it."""


class UnpicklingRefused(RetrogradError, ValueError):
    """A file or a value that would need pickle."""
