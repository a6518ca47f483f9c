"""What schemathesis must be told: how a body of lines is written. One line is as good as many."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, value):
    return (json.dumps(value) + "\n").encode()
