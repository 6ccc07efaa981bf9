"""The explorations: pages to turn knobs on and look, over what is there or is made for a look; nothing is written."""
