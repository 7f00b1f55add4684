#!/usr/bin/python3
"""Manual pages from the help of the program: nominal --experimental-dump-help | man_pages.py FOLDER VERSION DATE.

Writes nominal.1 and a page for each command, such as nominal-run.1 and nominal-models-list.1, in the macros of man(7).
"""
import json
import os
import sys


def escaped(text):
    """Text for roff: no escapes, no requests, hyphens that can be copied as minus signs."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in lines)


def forms(argument):
    """The names of an argument as they are typed: -o, --output OUTPUT."""
    value = argument["valueName"].upper()
    if argument["kind"] == "positional":
        return value + (" ..." if argument["isRepeating"] else "")
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]]
    names.sort(key=lambda name: name.startswith("--"))
    text = ", ".join(names)
    return text if argument["kind"] == "flag" else text + " " + value


def discussion(text):
    """Paragraphs as they are; indented lines, which are examples, without filling."""
    out, is_example = [], False
    for line in text.split("\n"):
        if line.startswith("  ") != is_example:
            is_example = not is_example
            out.append(".nf" if is_example else ".fi")
        out.append(escaped(line) if line else ".PP")
    if is_example:
        out.append(".fi")
    return "\n".join(out)


def page(words, command, version, date):
    arguments = [argument for argument in command["arguments"] if argument["shouldDisplay"]]
    positional = [argument for argument in arguments if argument["kind"] == "positional"]
    subcommands = [c for c in command.get("subcommands", []) if c["shouldDisplay"] and c["commandName"] != "help"]
    name, call = "-".join(words), " ".join(words)
    usage = [f"[{forms(a)}]" if a["isOptional"] else forms(a) for a in positional]
    lines = [
        f'.TH {name.upper()} 1 "{date}" "nominal {version}" "User Commands"',
        ".SH NAME", f"{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}",
        ".SH SYNOPSIS", f".B {escaped(call)}",
        escaped(" ".join(["[OPTIONS]"] + usage + (["COMMAND ..."] if subcommands else []))),
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", discussion(command["discussion"])]
    if subcommands:
        lines.append(".SH COMMANDS")
        for sub in subcommands:
            lines += [".TP", f".BR {escaped(name + '-' + sub['commandName'])} (1)", escaped(sub["abstract"])]
    if arguments:
        lines.append(".SH OPTIONS")
        for argument in arguments:
            text = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")]))
            default = argument.get("defaultValue")
            lines += [".TP", f".B {escaped(forms(argument))}", escaped(text + (f" Default: {default}." if default else ""))]
    lines += [".SH SEE ALSO", ".BR nominal (1)" if len(words) > 1 else "The guide, docs/guide/README.md in the folder share/doc/nominal."]
    return "\n".join(lines) + "\n", subcommands


def write(words, command, folder, version, date):
    text, subcommands = page(words, command, version, date)
    with open(os.path.join(folder, "-".join(words) + ".1"), "w", encoding="utf-8") as file:
        file.write(text)
    for sub in subcommands:
        write(words + [sub["commandName"]], sub, folder, version, date)


if __name__ == "__main__":
    folder, version, date = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    write(["nominal"], json.load(sys.stdin)["command"], folder, version, date)
