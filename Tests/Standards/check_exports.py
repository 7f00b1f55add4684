#!/usr/bin/env python3
"""Whether what Nominal exports is what the standards say, by programs that others wrote.

    make test-standards
    check_exports.py --program .build/debug/nominal

Runs a small job on made images, exports its lineage and an attestation, and gives these to prov, rocrate, roc-validator,
openlineage-python, in-toto-attestation, securesystemslib and cryptography (requirements.txt). Each check is also made on a file
with a fault in it, which it has to find.
"""
import argparse
import base64
import copy
import datetime
import json
import os
import subprocess
import sys
import tempfile
import uuid

JOB = {
    "name": "small", "image": {"width": 64, "height": 64}, "network": {"architecture": "sdc"},
    "training": {"steps": 10, "warmupSteps": 2, "stepsPerShard": 5},
}


def run(*command, status=0):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}, expected {status}:\n{done.stdout}{done.stderr}")
    return done.stdout


def must_fail(what, check, *arguments):
    try:
        check(*arguments)
    except Exception:
        return
    sys.exit(f"{what}: a fault was not found; this check proves nothing")


def check_prov(text):
    from prov.model import ProvActivity, ProvDocument, ProvEntity, ProvGeneration, ProvUsage

    document = ProvDocument.deserialize(content=text, format="json")
    known = {str(record.identifier) for kind in (ProvActivity, ProvEntity) for record in document.get_records(kind)}
    relations = list(document.get_records(ProvUsage)) + list(document.get_records(ProvGeneration))
    assert document.get_records(ProvActivity) and relations
    for relation in relations:
        for _, name in relation.formal_attributes[:2]:
            assert str(name) in known, f"{name} is named and not described"
    # Through the library and back: nothing is lost.
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document
    assert "prov:Generation" in document.serialize(format="rdf", rdf_format="ttl")
    return f"{len(known)} things, {len(relations)} relations"


def check_openlineage(text):
    from openlineage.client import event_v2
    from openlineage.client.serde import Serde

    last = ""
    lines = text.splitlines()
    for line in lines:
        event = json.loads(line)
        for key in ("eventTime", "producer", "schemaURL", "run", "job", "inputs", "outputs"):
            assert key in event, key
        # What came in a bundle was made by no run of this store.
        parents = [event["run"]["facets"]["parent"]["run"]["runId"]] if "parent" in event["run"]["facets"] else []
        for identifier in [event["run"]["runId"], *parents]:
            assert uuid.UUID(identifier).variant == uuid.RFC_4122
        datetime.datetime.fromisoformat(event["eventTime"])
        assert event["eventTime"] >= last, "events are not in their order"
        last = event["eventTime"]
        for facets in [event["run"]["facets"], event["job"]["facets"]]:
            for name, facet in facets.items():
                assert facet["_producer"] and facet["_schemaURL"].startswith("https://"), name
        # The client's classes check kinds of values and throw.
        made = event_v2.RunEvent(
            eventTime=event["eventTime"], producer=event["producer"], eventType=event_v2.RunState(event["eventType"]),
            run=event_v2.Run(runId=event["run"]["runId"]),
            job=event_v2.Job(namespace=event["job"]["namespace"], name=event["job"]["name"]),
            inputs=[event_v2.InputDataset(namespace=d["namespace"], name=d["name"]) for d in event["inputs"]],
            outputs=[event_v2.OutputDataset(namespace=d["namespace"], name=d["name"]) for d in event["outputs"]])
        back = json.loads(Serde.to_json(made))
        assert back["run"]["runId"] == event["run"]["runId"] and back["job"]["name"] == event["job"]["name"]
        assert [d["name"] for d in back["outputs"]] == [d["name"] for d in event["outputs"]]
    starts = [json.loads(line)["run"]["runId"] for line in lines if '"START"' in line]
    ends = [json.loads(line)["run"]["runId"] for line in lines if '"COMPLETE"' in line]
    assert sorted(starts) == sorted(ends) and len(set(ends)) == len(ends) > 0
    return f"{len(lines)} events"


def check_crate(folder):
    import rocrate
    from rocrate.rocrate import ROCrate
    from rocrate_validator import models, services
    from rocrate_validator.utils import document_loader

    # Without a network: the JSON-LD context of RO-Crate comes with the package (of a later version, which has all terms of 1.1).
    with open(os.path.join(os.path.dirname(rocrate.__file__), "data", "ro-crate.jsonld")) as file:
        context = json.load(file)
    fetch = document_loader._original_source_to_json
    document_loader._original_source_to_json = lambda source, *more: (
        (context, None) if str(source).startswith("https://w3id.org/ro/crate/") else fetch(source, *more))

    crate = ROCrate(folder)
    actions = crate.get_by_type("CreateAction")
    assert actions and all(action.get("instrument") and action.get("result") for action in actions)
    settings = services.ValidationSettings(
        rocrate_uri=folder, profile_identifier="process-run-crate-0.5", requirement_severity=models.Severity.REQUIRED)
    result = services.validate(settings)
    issues = [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
    # Two checks fetch the context by other ways and want a network; what they look for is looked for here.
    fetching = [issue for issue in issues if "w3id.org" in issue and ("retrieve" in issue or "resolve" in issue)]
    if fetching:
        print(f"({len(fetching)} checks of roc-validator need the network; the terms are compared with the packaged context)")
    with open(os.path.join(folder, "ro-crate-metadata.json")) as file:
        for entity in json.load(file)["@graph"]:
            for term in entity:
                assert term.startswith("@") or term in context["@context"], f"{term} is no term of RO-Crate"
    issues = [issue for issue in issues if issue not in fetching]
    assert not issues, "\n".join(issues[:10])
    return f"{len(crate.get_by_type('File'))} files, {len(actions)} actions"


def check_attestation(text, public_key):
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    document = json.loads(text)
    envelope = Envelope.from_dict(copy.deepcopy(document))
    with open(public_key, "rb") as file:
        key = SSlibKey.from_crypto(load_pem_public_key(file.read()), keyid=document["signatures"][0]["keyid"])
    envelope.verify([key], 1)
    parsed = json_format.Parse(base64.b64decode(document["payload"]), statement_pb2.Statement())
    Statement.copy_from_pb(parsed).validate()
    return f"{len(parsed.subject)} results"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run(program, "demo-data", "data")
        job = dict(JOB, dataset={"layout": "mvtec", "root": "data", "categories": ["wood"]})
        with open("small.json", "w") as file:
            json.dump(job, file)
        run(program, "run", "small.json", "-q")
        run(program, "lineage", "1", "--prov", "p.json", "--openlineage", "o.jsonl", "--ro-crate", "crate", "--attach")
        run(program, "lineage", "runs/small/scores.csv:3", "--ro-crate", "spoken")
        run(program, "keys", "create", "key")
        run(program, "attest", "1", "--key", "key", "--output", "a.json")
        texts = {}
        for name in ("p.json", "o.jsonl", "a.json"):
            with open(name) as file:
                texts[name] = file.read()

        print("PROV-JSON by prov:", check_prov(texts["p.json"]))
        must_fail("PROV-JSON", check_prov, texts["p.json"].replace('"nominal:sha256-', '"unknown:sha256-', 3))
        print("OpenLineage by openlineage-python:", check_openlineage(texts["o.jsonl"]))
        must_fail("OpenLineage", check_openlineage, texts["o.jsonl"].replace('"runId":"', '"runId":"x', 1))
        print("RO-Crate with files by rocrate and roc-validator:", check_crate("crate"))
        print("RO-Crate without files:", check_crate("spoken"))
        metadata = "spoken/ro-crate-metadata.json"
        with open(metadata) as file:
            text = file.read()
        with open(metadata, "w") as file:
            file.write(text.replace('"instrument"', '"tool"'))
        must_fail("RO-Crate", check_crate, "spoken")
        # What was made from an image, and results that came in a bundle, whose runs are of another store.
        image = next(iter(sorted(os.listdir("data/wood/train/good"))))
        run(program, "lineage", f"data/wood/train/good/{image}", "--down", "--prov", "down.json", "--openlineage", "down.jsonl",
            "--ro-crate", "below")
        run(program, "export", "1", "--output", "b.bundle", "-q")
        run(program, "import", "b.bundle", "--store", "other", "-q")
        run(program, "run", "small.json", "--store", "other", "--output", "runs/other", "-q")
        run(program, "lineage", "2", "--store", "other", "--prov", "other.json", "--openlineage", "other.jsonl", "--ro-crate", "came",
            "--attach")
        run(program, "attest", "2", "--store", "other", "--key", "key", "--output", "other.attestation.json")
        for words, name, crate in (("downwards", "down", "below"), ("imported", "other", "came")):
            with open(f"{name}.json") as prov, open(f"{name}.jsonl") as events:
                print(f"{words}: PROV-JSON {check_prov(prov.read())}, OpenLineage {check_openlineage(events.read())}, "
                      f"RO-Crate {check_crate(crate)}")
        with open("other.attestation.json") as file:
            print("attestation of imported results:", check_attestation(file.read(), "key.pub"))
        print("attestation by in-toto-attestation, securesystemslib and cryptography:", check_attestation(texts["a.json"], "key.pub"))
        envelope = json.loads(texts["a.json"])
        payload = base64.b64decode(envelope["payload"]).replace(b"report.html", b"report.htm1", 1)
        envelope["payload"] = base64.b64encode(payload).decode()
        must_fail("attestation", check_attestation, json.dumps(envelope), "key.pub")
        with open("forged.json", "w") as file:
            json.dump(envelope, file)
        run(program, "verify", "--attestation", "forged.json", "--public-key", "key.pub", status=65)


main()
