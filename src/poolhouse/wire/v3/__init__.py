"""The v3 wire: REST under /api/v3, with management tokens or signed requests. Translation only.

How to add an endpoint
======================

1. Its row and its shapes are in `docs/contract/v3/<family>.md`: mark the row as built and run `make contract`,
   which writes `dto/<family>.py` (same names as in the official clients; camelCase on the wire, snake_case
   here; a property called `list` is `items`). Query parameters of a GET are `<Path>Query`. In `Update*` shapes
   an absent field is `msgspec.UNSET` and null is None; elsewhere both are None.

2. Write the handler and the row in `wire/v3/<family>.py`:

       async def create_group(request: V3Request, body: CreateGroupReqDto) -> GroupDto:
           group = await request.services.groups.create(request.caller, code=body.code, name=body.name)
           return group_dto(group)

       ENDPOINTS = [
           Endpoint(
               "POST",
               "create-group",
               request=CreateGroupReqDto,
               response=GroupDto,
               handler=create_group,
               scope="groups:write",
           ),
       ]

   The handler gets a parsed, validated struct and returns the `data` of the envelope. No SQL, no rules, no
   `if allowed` here: the service does that. `request.caller` is an administrator already (rows with
   `access="anyone"` or `"user"` excepted), and the key's scope was checked.

3. Add the module to FAMILIES in `table.py`, and the endpoint is routed, in /openapi.json, on /docs, in the
   ledger (write it anew: `python -m poolhouse.wire.v3.ledger > docs/reference/v3.md`), driven by both official
   clients in tests/wire/v3, and fuzzed by schemathesis. Sow what its call needs in tests/wire/v3/samples.py.

What the engine does for every endpoint
=======================================

* Both authentication schemes, the envelope with `requestId`, the message in the caller's language.
* GET: Python's `True`, repeated keys, `key[]`, numbers as strings; unknown keys are ignored.
* A wrong type or a value outside an enum: 400 naming the field by its path and what was expected there (`参数 email
  格式错误：应为字符串`, the values of an enum); one that is missing is called so (`缺少参数 email`). The words are
  `poolhouse.misfits`. A required string or list that is empty is refused unless its wire name is in the row's `blank`.
* Every class of `poolhouse.errors` has a row in `errors.py`; raise them, never build an error answer.
* Anything else that escapes a handler is our fault: 500 and a log line, never its text to the caller.

What families share is in `conversions.py`: `page(query)`, `user_key(id, type)`, `user_dtos(request, users)`, times.
`contract.json`, which `make contract` writes too, has all 497 endpoints of the official clients: method, path,
family, Node's and Python's method name. One that has no row answers statusCode 501 and names itself. Rows that
are ours alone say `ours=True`.
"""
