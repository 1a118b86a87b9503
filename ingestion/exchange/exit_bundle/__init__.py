"""The exit bundle: everything a university has here, in a zip it can leave with, and its way into an empty
installation. ``docs/exit-bundle.md`` describes the format for whoever leaves."""

from ingestion.exchange.exit_bundle.asking import JOB, Leaving, ask, history, mine
from ingestion.exchange.exit_bundle.dictionary import Extra, text_heads
from ingestion.exchange.exit_bundle.files import Missing
from ingestion.exchange.exit_bundle.loading import Loaded, load, require_empty
from ingestion.exchange.exit_bundle.making import Figures, Made, make
from ingestion.exchange.exit_bundle.opening import BadBundle, Bundle, opened
from ingestion.exchange.exit_bundle.tables import Head

__all__ = [
    "JOB",
    "BadBundle",
    "Bundle",
    "Extra",
    "Figures",
    "Head",
    "Leaving",
    "Loaded",
    "Made",
    "Missing",
    "ask",
    "history",
    "load",
    "make",
    "mine",
    "opened",
    "require_empty",
    "text_heads",
]
