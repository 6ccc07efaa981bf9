"""Values that every room speaks: ids, windows, the long-table contract and canonical bytes."""
