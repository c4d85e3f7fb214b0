"""A build's parts and answers in; files and texts in the formats that others read out. One file for each target."""
