#!/usr/bin/env python3
"""Prints the tables of one verification as Markdown: page.py VERIFY_JSON [verdicts]. With `verdicts` nothing but the claims."""

import json
import sys


def number(x):
    return "no number" if x is None else f"{x:.4g}"


def claims(study):
    for claim in study["finding"]["claims"]:
        measured = number(claim["value"])
        if claim.get("error") is not None:
            measured += f" ± {claim['error']:.1e}"
        p = claim.get("probability")
        yield [study["name"], claim["text"], measured, claim["expected"], "" if p is None else f"{p:.3f}", claim["verdict"]]


def table(header, rows):
    header = [cell.replace("|", "\\|") for cell in header]
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
    print()


def main():
    run = json.load(open(sys.argv[1]))
    arrows = {}
    for study in run["studies"]:
        arrows.setdefault((study["arrow"], study["arrow_title"]), []).append(study)
    for (arrow, title), studies in arrows.items():
        print(f"## ({arrow}) {title}\n")
        rows = [row for study in studies for row in claims(study)]
        table(["study", "claim", "measured", "expected", "p", "verdict"], rows)
    if "verdicts" in sys.argv[2:]:
        return
    print("## Tables of the studies\n")
    for study in run["studies"]:
        for given in study["finding"]["tables"]:
            print(f"`{study['name']}`: {given['caption']}.\n")
            table(given["header"], given["rows"])
    print("## What is computed\n")
    for study in run["studies"]:
        print(f"* `{study['name']}`: {study['title']}. {study['input']}")


main()
