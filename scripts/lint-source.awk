# SPDX-License-Identifier: GPL-2.0-or-later
#
# lint-source.awk - rules that are about one C file: SPDX line, head comment, line and function
# length, banned calls, include directions, kernel-doc. One file a run; prints FILE:LINE: FINDING.
#
# In: -v file=PATH, relative to the tree; the file itself. The tables stand here, and nowhere else.

function ban(call, replacement) { banned[call] = replacement }
function ban_heap(call, replacement) { heap[call] = replacement }
function may(dir, list) { knows[dir] = " " list " " }

BEGIN {
	ban("sprintf", "snprintf, or buf_printf of base/buf.h")
	ban("vsprintf", "vsnprintf")
	ban("strcpy", "memcpy with a checked length, or arena_strdup")
	ban("strcat", "snprintf, or buf_printf of base/buf.h")
	ban("strncpy", "memcpy with a checked length")
	ban("strncat", "snprintf, or buf_printf of base/buf.h")
	ban("strtok", "strcspn and strspn")
	ban("gets", "read with a bound")
	ban("atoi", "the functions of base/num.h, which refuse rubbish")
	ban("atol", "the functions of base/num.h, which refuse rubbish")
	ban("atof", "nothing: no floating point is read")
	ban("system", "posix_spawn with an argument list")
	ban("popen", "posix_spawn with an argument list and a pipe")
	ban("getenv", "an option; main() may read envp where DESIGN.md names a variable")
	ban("rand", "nothing: the same input gives the same bytes")
	ban("srand", "nothing: the same input gives the same bytes")
	ban("random", "nothing: the same input gives the same bytes")
	ban("time", "nothing: the same input gives the same bytes; clock_gettime in the loader")
	ban("localtime", "nothing: no output has a date")
	ban("gmtime", "nothing: no output has a date")
	ban("setlocale", "nothing: no output depends on the locale")
	ban("alloca", "a fixed array, or the arena")
	ban("tmpnam", "mkstemp beside the final name")
	ban("mktemp", "mkstemp beside the final name")

	ban_heap("malloc", "a fixed array with its limit in image/ops.h")
	ban_heap("calloc", "a fixed array with its limit in image/ops.h")
	ban_heap("realloc", "a fixed array with its limit in image/ops.h")
	ban_heap("free", "nothing: there is no heap")
	ban_heap("strdup", "a fixed array")
	ban_heap("strndup", "a fixed array")
	ban_heap("asprintf", "snprintf")
	ban_heap("opendir", "getdents64, which needs no heap")
	ban_heap("scandir", "getdents64, which needs no heap")
	ban_heap("fopen", "open; stdio takes heap")
	ban_heap("fdopen", "open; stdio takes heap")
	ban_heap("getline", "read into a fixed array")
	ban_heap("getpwnam", "reading /etc/passwd into a fixed array")
	ban_heap("getpwuid", "reading /etc/passwd into a fixed array")
	ban_heap("getgrnam", "reading /etc/group into a fixed array")
	ban_heap("getaddrinfo", "numeric addresses by inet_pton")
	ban_heap("realpath", "readlink of /proc/self/fd/N")

	# DESIGN.md, "who may know whom": a folder includes itself and these.
	may("base", "base")
	may("image", "base image")
	may("model", "base image model")
	may("config", "base image model config")
	may("devices", "base image model devices")
	may("machines", "base image model machines")
	may("layout", "base image model layout")
	may("qemu", "base image model qemu")
	may("domain", "base image model domain")
	may("plan", "base image model plan")
	may("import", "base image model config devices machines layout qemu domain import")
	may("export", "base image model domain import export")
	may("kiln", "base image model config devices machines layout qemu domain plan import export kiln")
	may("host", "base image host")
	may("run", "base image host run")
	may("ctl", "base image host ctl")
	may("machined", "base")

	count = split(file, part, "/")
	in_src = part[1] == "src"
	dir = in_src ? part[2] : ""
	helper = file ~ /^src\/config\/helper\//
	no_heap = dir ~ /^(run|ctl|host|base)$/ || (dir == "image" && file !~ /\/writer[^\/]*$/)
	header = file ~ /\.h$/
	if (in_src && !(dir in knows))
		say(1, "folder src/" dir " is not in the table of scripts/lint-source.awk")
}

function say(line, text) { printf "%s:%d: %s\n", file, line, text }

# What is left of a line without comments, strings and character constants.
function code_of(line,    out, at, c, two) {
	out = ""
	for (at = 1; at <= length(line); at++) {
		c = substr(line, at, 1)
		two = substr(line, at, 2)
		if (in_comment) {
			if (two == "*/") { in_comment = 0; at++ }
		} else if (two == "/*") {
			in_comment = 1
			at++
		} else if (two == "//") {
			say(NR, "a // comment; write /* */")
			break
		} else if (c == "\"" || c == "\047") {
			out = out c
			for (at++; at <= length(line) && substr(line, at, 1) != c; at++)
				if (substr(line, at, 1) == "\\")
					at++
			out = out c
		} else {
			out = out c
		}
	}
	return out
}

function calls(code, table,    name) {
	for (name in table)
		if (code ~ "(^|[^A-Za-z0-9_.>])" name "[ \t]*\\(")
			say(NR, name "() is banned here; use " table[name])
}

NR == 1 && $0 != "/* SPDX-License-Identifier: GPL-2.0-or-later */" {
	say(1, "the first line is not /* SPDX-License-Identifier: GPL-2.0-or-later */")
}
NR == 2 && $0 != "/*" { say(2, "no head comment (what goes in, what comes out)") }
NR == 3 && index($0, " * " part[count] " - ") != 1 {
	say(3, "the head comment does not begin with \" * " part[count] " - \"")
}

{
	was_comment = in_comment
	code = code_of($0)
	blank = $0 ~ /^[ \t]*$/
	marks = "(TO" "DO|FIX" "ME|XX" "X)"
	if ($0 ~ "(^|[^A-Za-z])" marks "([^A-Za-z]|$)")
		say(NR, "a mark of unfinished work")
}

in_src && code ~ /^#[ \t]*include/ {
	path = $0
	sub(/^#[ \t]*include[ \t]*["<]/, "", path)
	sub(/[">].*$/, "", path)
	if (code ~ /include[ \t]*"/) {
		other = path
		sub(/\/.*$/, "", other)
		if (path !~ /\//)
			say(NR, "\"" path "\": write the path from src/")
		else if (index(knows[dir], " " other " ") == 0)
			say(NR, dir "/ must not know " other "/ (DESIGN.md, who may know whom)")
		if (path ~ /^image\/writer/ && (dir == "host" || dir == "run" || dir == "ctl"))
			say(NR, "the image writer allocates and is the composer's alone")
	}
	if (path ~ /^libxml\// && dir != "domain" && dir != "import")
		say(NR, "libxml2 stays inside src/domain/ and src/import/")
	if (path ~ /lkc\.h$/ && !helper)
		say(NR, "libkconfig-parser stays inside the helper process")
	if (path ~ /^(locale|alloca)\.h$/)
		say(NR, "<" path "> is not used here")
}

in_src && code !~ /^#/ {
	calls(code, banned)
	if (no_heap)
		calls(code, heap)
}

# Functions begin with '{' and end with '}' in the first column.
code ~ /^\{/ { opened = NR }
code ~ /^\}/ && opened {
	if (NR - opened - 1 > 80)
		say(opened, "a function of " NR - opened - 1 " lines; 80 is the limit")
	opened = 0
}
in_src && code ~ /^typedef[ \t]+struct/ { say(NR, "a typedef of a struct") }

# A prototype in a header: a comment ends above it, or it continues a block of prototypes.
header && in_src && !was_comment && depth == 0 && code ~ /^[a-z][A-Za-z0-9_ *]*[ *][a-z0-9_]+\(/ && code !~ /^(typedef|static|return|extern)/ {
	if (!comment_above && !prototype_above)
		say(NR, "a public function without a comment")
	in_prototype = 1
}
header {
	if (in_prototype) {
		prototype_above = code ~ /;[ \t]*$/
		if (prototype_above)
			in_prototype = 0
		comment_above = 0
	} else if (blank) {
		prototype_above = 0
		comment_above = 0
	} else {
		comment_above = $0 ~ /\*\/[ \t]*$/
		prototype_above = 0
	}
	depth += gsub(/\{/, "{", code) - gsub(/\}/, "}", code)
}

END {
	if (in_src && NR > 500)
		say(NR, "a file of " NR " lines; 500 is the limit")
	if (NR > 0 && blank)
		say(NR, "an empty line at the end of the file")
}
