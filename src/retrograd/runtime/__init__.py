"""Where things are computed: memory, and the tables of calls that programs are."""
