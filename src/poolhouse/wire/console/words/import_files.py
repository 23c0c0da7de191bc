"""Words of the pages of a file that is imported in the background."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "import_files": ("上传的文件", "Uploaded files"),
    "import_file_one": ("导入文件", "Import of a file"),
    "import_file_UPLOADING": ("正在上传", "Uploading"),
    "import_file_UPLOADED": ("已上传", "Uploaded"),
    "import_file_CHECKING": ("正在检查", "Checking"),
    "import_file_CHECKED": ("已检查，尚未导入", "Checked, not imported yet"),
    "import_file_IMPORTING": ("正在导入", "Importing"),
    "import_file_COMPLETED": ("已完成", "Completed"),
    "import_file_CANCELLED": ("已取消", "Cancelled"),
    "import_file_STOPPED": ("已停止", "Stopped"),
    "import_file_cancel": ("取消并删除文件", "Cancel and delete the file"),
    "import_file_kept": (
        "文件加密保存；一天内不继续则删除",
        "The file is kept encrypted, and deleted if nobody continues for a day",
    ),
    "import_file_nobody": ("没有可导入的新用户", "There is no new user to import"),
    "import_file_broken": (
        "上传中断：已收到 {size} 字节中的 {position} 字节",
        "The upload was broken off: {position} of {size} bytes are here",
    ),
    "import_file_again": ("再次选择同一文件", "Choose the same file again"),
    "import_file_continue": ("继续上传", "Continue the upload"),
    "import_file_script": (
        "继续上传需要 JavaScript；也可用 poolhouse import upload 命令",
        "Continuing an upload takes JavaScript; the command poolhouse import upload does it, too",
    ),
    "import_file_failed": (
        "上传中断：请再试一次，会从中断处继续",
        "The upload was broken off: try again, it continues where it stopped",
    ),
    "import_file_other": (
        "不是同一个文件：名称或大小不同",
        "It is another file: its name or size is not the same",
    ),
    "import_file_ended": (
        "会话已结束。已上传的部分保留：请重新登录，再继续上传",
        "Your session has ended. What was uploaded is kept: sign in again, then continue",
    ),
    "import_file_sign_in": ("登录（在新标签页中打开）", "Sign in (opens in a new tab)"),
    "import_file_first": ("保留了前 {count} 行", "The first {count} are kept"),
    "import_file_check": ("检查所有行", "Check all rows"),
    "import_file_look": ("重新读取", "Read it again"),
    "import_file_next": (
        "检查在后台进行，不导入任何人",
        "The check goes on in the background, and imports nobody",
    ),
    "import_file_stops": (
        "正在检查；更改列会停止检查",
        "A check is under way; changing the columns stops it",
    ),
}
