"""Datasets in the forms that other tools read: chat messages as JSON lines, directories of Hugging Face's layout."""

from terraformer.data.export.chat import ChatSettings, Unwritable, chat_of, row_of
from terraformer.data.export.writing import Exported, export_chat, export_hf

__all__ = ["ChatSettings", "Exported", "Unwritable", "chat_of", "export_chat", "export_hf", "row_of"]
