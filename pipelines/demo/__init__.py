"""The demo province: fictional universities with generated people and ten years of records, the same at every
run of one day. Nothing in it is copied from a real person, paper or school."""
