"""A make-believe end of a shift: generated footage, docked into a site of its own. Never used on evidence."""
