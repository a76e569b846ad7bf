"""Foreign JSON becomes values here, within bounds: the one reading layer for Magento and Sage.

Three steps, one file each: `document` (bytes to values: depth, numbers), `values` (one field: figures, ids,
texts, flags, dates) and `shape` (a record of fields, PHP's shapes; a list row by row). What cannot be read
raises :class:`tidegate.reading.document.Unreadable`, which names the field; whoever reads one record or one
answer turns it into a `Failure` of that record.
"""
