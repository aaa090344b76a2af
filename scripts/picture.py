"""Draws the README's picture: what `backcourt status` prints, as an SVG.

    build/backcourt --project nba status --season 2021-22 | python3 scripts/picture.py > docs/status.svg
"""

import html
import sys

CHAR_WIDTH, LINE_HEIGHT, MARGIN = 7.8, 18, 16
GREEN, GREY, WHITE = "#7ee787", "#8b949e", "#e6edf3"


def color(line):
    if line.startswith(("table ", "raw rows", "absent", "warehouse")):
        return GREY
    return GREEN if "100%" in line else WHITE


def main():
    lines = ["$ backcourt status --season 2021-22"]
    lines += [line for line in sys.stdin.read().splitlines() if not line.startswith(("warehouse:", "raw rows:", "absent"))]
    while not lines[-1]:
        lines.pop()
    width = int(max(map(len, lines)) * CHAR_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>')
    print('<g font-family="ui-monospace, DejaVu Sans Mono, Menlo, monospace" font-size="13" xml:space="preserve">')
    for row, line in enumerate(lines):
        y = MARGIN + (row + 1) * LINE_HEIGHT - 5
        text = html.escape(line).replace(" ", "\u00a0")
        print(f'<text x="{MARGIN}" y="{y}" fill="{color(line)}" textLength="{len(line) * CHAR_WIDTH:.1f}">{text}</text>')
    print("</g>\n</svg>")


if __name__ == "__main__":
    main()
