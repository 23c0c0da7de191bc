"""The commands of a file of users that the server imports in the background."""

from __future__ import annotations

from poolhouse.client.model import Arg, Column, Command, Facts, Table
from poolhouse.client.table_machine import READING, USERS

FILE_ID = Arg("FILE-ID", "fileId", ("上传的文件的编号", "id of the uploaded file"), needed=True)
FILES = (
    Column("id", "fileId"),
    Column("label", "name"),
    Column("status", "status"),
    Column("bytes", "size"),
    Column("imported", "imported"),
    Column("already here", "skipped"),
    Column("refused", "failed"),
    Column("created", "createdAt", "time"),
    Column("finished", "endedAt", "time"),
)
ONE = Facts((*FILES, Column("reason", "reason")))
ENCODING, SEPARATOR, IGNORED = (
    arg._replace(to=to) for arg, to in zip(READING, ("encoding", "separator", "ignoreColumns"), strict=True)
)

COMMANDS = (
    Command(
        "import upload",
        (
            "上传一个用户文件，由服务器在后台检查和导入",
            "Uploads a file of users, which the server checks and imports in the background.",
        ),
        "POST create-import-file",
        (
            USERS,
            Arg(
                "--resume",
                "",
                ("继续上传此编号的文件", "continue the upload of the file of this id"),
            ),
        ),
        ONE,
        function="uploading:upload",
    ),
    Command(
        "import list",
        ("列出上传的文件，新的在前", "Lists uploaded files, newest first."),
        "GET list-import-files",
        (),
        Table(FILES),
        paged="",
    ),
    Command(
        "import show",
        ("显示一个文件的检查或导入进行到哪里", "Shows how far the check or the import of a file has come."),
        "GET get-import-file",
        (FILE_ID,),
        ONE,
    ),
    Command(
        "import columns",
        (
            "说明如何读取上传的文件，并显示每一列被当作什么",
            "Sets how an uploaded file is read, and shows what each column is taken for.",
        ),
        "POST set-import-file-columns",
        (
            FILE_ID,
            Arg(
                "--column",
                "columns",
                ("一列是什么，可多次", "what a column is; may be given again"),
                "pairs",
            ),
            ENCODING,
            SEPARATOR,
            IGNORED,
        ),
        Table(
            (Column("name", "name"), Column("key", "key"), Column("value", "samples")),
            at="columns",
        ),
        more=("没有给出的会自动识别。", "What is not given is recognized."),
    ),
    Command(
        "import dry-run",
        ("检查上传的文件的每一行，不导入", "Checks every row of an uploaded file. Nobody is imported."),
        "POST check-import-file",
        (FILE_ID,),
        ONE,
    ),
    Command(
        "import start",
        ("在后台导入上传的文件", "Imports an uploaded file in the background."),
        "POST start-import-file",
        (FILE_ID,),
        ONE,
    ),
    Command(
        "import errors",
        ("列出被拒绝的行和原因", "Lists the rejected rows and why."),
        "GET list-import-file-errors",
        (FILE_ID,),
        Table(
            (
                Column("line", "row"),
                Column("name", "field"),
                Column("message", "message"),
                Column("id", "id"),
            )
        ),
        paged="",
    ),
    Command(
        "import refused",
        (
            "取回被拒绝的行，格式与上传的文件相同，每行附原因",
            "Fetches the rejected rows in the form of the uploaded file, each with the reason.",
        ),
        args=(
            FILE_ID._replace(to=""),
            Arg(
                "--output",
                "",
                (
                    "要写的文件，必须是新文件；不写则输出到标准输出",
                    "the file; it must be new; standard output if absent",
                ),
                "path",
            ),
        ),
        function="exports:refused_rows",
        beside=("--pool", "--data", "--database-url"),
        more=(
            "不含密码。改正后可再次上传。",
            "Passwords are left out. Once corrected, the file can be uploaded again.",
        ),
    ),
    Command(
        "import cancel",
        (
            "停止并删除上传的文件；已导入的用户保留",
            "Ends an upload, a check or an import and deletes the file. Imported users stay.",
        ),
        "POST cancel-import-file",
        (FILE_ID,),
        ONE,
    ),
)
