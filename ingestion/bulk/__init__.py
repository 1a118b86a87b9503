"""Many records at once: history import, the demo province, restore. The same rows as one by one, in batches.

``items`` says what one is told of a record, ``loading`` writes a batch, ``rows`` makes a record's rows, ``taken``
refuses natural keys held already, ``money`` keeps the ledger, ``known`` what is read once a batch, ``statements``
how many rows reach the database in one statement. ``effect`` is for batches too large for one transaction: loaded
hidden chunk by chunk, put in effect or thrown away at once.
"""

from ingestion.bulk.effect import put_in_effect, throw_away
from ingestion.bulk.items import STATES_OF_ROLE, BulkItem, Channel, Who
from ingestion.bulk.loading import CHUNK, load, reserve
from ingestion.bulk.taken import TakenKey

__all__ = ["CHUNK", "STATES_OF_ROLE", "BulkItem", "Channel", "TakenKey", "Who", "load", "put_in_effect", "reserve", "throw_away"]
