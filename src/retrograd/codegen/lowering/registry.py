"""Kind of work to its lowering: a new kind of kernel is a file beside this one and a row here."""

from __future__ import annotations

from collections.abc import Callable

from retrograd.codegen.lowering.along import lower_arg, lower_overlap, lower_scan
from retrograd.codegen.lowering.attention import lower_attention, lower_attention_back
from retrograd.codegen.lowering.call import Call
from retrograd.codegen.lowering.check import lower_check
from retrograd.codegen.lowering.conv import lower_conv, lower_conv_weight
from retrograd.codegen.lowering.depthwise import lower_depthwise_input
from retrograd.codegen.lowering.draw import lower_floats, lower_integers
from retrograd.codegen.lowering.fold import lower_fold
from retrograd.codegen.lowering.loop import lower_loop
from retrograd.codegen.lowering.pieces import lower_concat, lower_pad, lower_update
from retrograd.codegen.lowering.places import (
    lower_add_at,
    lower_gather,
    lower_place,
    lower_scatter,
    lower_take,
    lower_uses,
)
from retrograd.codegen.lowering.pool import lower_pick, lower_spread
from retrograd.codegen.lowering.product import lower_product
from retrograd.codegen.lowering.recurrence import lower_recurrence
from retrograd.codegen.lowering.region import lower_region
from retrograd.codegen.schedule import Schedule, Work

LOWERINGS: dict[str, Callable[[Work, Schedule], list[Call]]] = {
    "loop": lower_loop,
    "fold": lower_fold,
    "region": lower_region,
    "product": lower_product, "conv": lower_conv, "conv_weight": lower_conv_weight,
    "conv_input": lower_depthwise_input,
    "attention": lower_attention, "attention_back": lower_attention_back,
    "pick": lower_pick, "spread": lower_spread,
    "arg": lower_arg, "scan": lower_scan, "overlap": lower_overlap,
    "draw": lower_floats, "choose": lower_integers,
    "concat": lower_concat, "pad": lower_pad, "update": lower_update,
    "uses": lower_uses, "take": lower_take, "scatter": lower_scatter,
    "gather": lower_gather, "add_at": lower_add_at, "place": lower_place,
    "check": lower_check,
    "recurrence": lambda work, schedule: lower_recurrence(work, schedule, LOWERINGS),
}
