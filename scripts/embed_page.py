#!/usr/bin/env python3
"""Writes a C++ file with the files of a folder, compressed: `embed_page.py FOLDER OUT`. Without the folder there are
none in it."""
import gzip, hashlib, pathlib, sys

folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
text, entries = "", ""
for number, path in enumerate(files):
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0)
    tag = hashlib.sha256(content).hexdigest()[:16]
    text += f"const unsigned char kFile{number}[] = {{{','.join(map(str, packed))}}};\n"
    entries += (f'      {{"{path.relative_to(folder).as_posix()}", '
                f'{{reinterpret_cast<const char*>(kFile{number}), sizeof kFile{number}}}, "{tag}"}},\n')
text = f"""#include "serve/page_files.h"

namespace backcourt {{

namespace {{
{text}}}  // namespace

const std::vector<PageFile>& PageFiles() {{
  static const std::vector<PageFile> files = {{
{entries}  }};
  return files;
}}

}}  // namespace backcourt
"""
if not out.exists() or out.read_text() != text:
    out.write_text(text)
