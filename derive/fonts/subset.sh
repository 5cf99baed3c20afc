#!/bin/sh
# Makes derive-math.woff out of latinmodern-math.otf (GUST e-foundry, licence in this folder), whose
# path is the first argument. Needs fonttools.
pyftsubset "$1" --flavor=woff --output-file=derive-math.woff --name-IDs= --layout-features='*' --no-hinting \
  --unicodes="U+20-7E,U+A0,U+AC,U+B1,U+B7,U+D7,U+2026,U+2032,U+2061-2064,U+2112,U+210E,U+2190,U+2192,\
U+2200-22FF,U+2308-230B,U+391-3C9,U+3D1-3F5,U+1D434-1D467,U+1D6FC-1D71B,U+1D7CE-1D7D7,U+FE00"
