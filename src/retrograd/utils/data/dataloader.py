"""`torch.utils.data.dataloader`."""

from retrograd.data.collate import default_collate, default_convert
from retrograd.data.loader import DataLoader
from retrograd.data.worker import get_worker_info

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]
