"""Faults: ways in which models and people break a configuration, and the records that teach to mend them."""
