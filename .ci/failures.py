"""Prints the tests that failed, from a folder of trx files: the name, the message and the first frames of each."""
import pathlib
import sys
import xml.etree.ElementTree as ET

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}

for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.trx")):
    for result in ET.parse(file).iterfind(".//t:UnitTestResult", NAMESPACE):
        if result.get("outcome") != "Failed":
            continue
        print(f"FAILED {result.get('testName')} ({result.get('duration')})")
        message = result.findtext(".//t:Message", "", NAMESPACE).strip()
        stack = result.findtext(".//t:StackTrace", "", NAMESPACE).strip()
        for line in message.splitlines()[:20] + stack.splitlines()[:12]:
            print("  " + line[:300])
