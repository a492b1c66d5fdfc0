/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read.c - bytes to a tree. The parser is told nothing but the bytes: no network, no entity, no DTD.
 *
 * libxml2's push parser is not used: the size is known and bounded before the first byte is looked at,
 * and a document type is refused by the first event that names one.
 */
#include "import/read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "import/tree.h"

#define TEXT_OF(word)     #word
#define NUMBER_TEXT(word) TEXT_OF(word)

/**
 * struct reading - @path: for messages. @context: libxml2's. @depth..: counted as the events come, of each open
 * element its children.
 */
struct reading {
	struct arena *arena;
	const char *path;
	struct err_list *errs;
	xmlParserCtxtPtr context;
	unsigned depth, values, text, children[READ_DEPTH_MAX + 1];
	charactersSAXFunc characters;
	startElementNsSAX2Func start;
	endElementNsSAX2Func end;
};

static struct err *refuse(struct arena *arena, struct err_list *errs, const char *path,
			  unsigned line, const char *what)
{
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s", what);

	(void)arena;
	err_at(err, path, line);
	err_check(err, "import-xml");
	err_fix(err, "Give the output of `virsh dumpxml NAME`.");
	return err;
}

/* Only the first: what follows in a damaged file is noise. */
static void stop(struct reading *reading, const char *what, const char *why)
{
	if (!reading->errs->count)
		err_why(refuse(reading->arena, reading->errs, reading->path,
			       (unsigned)xmlSAX2GetLineNumber(reading->context), what),
			"%s", why);
	xmlStopParser(reading->context);
}

/* Neither a name nor a path nor a command line is as long. */
static void on_text(void *context, const xmlChar *text, int len)
{
	struct reading *reading = ((xmlParserCtxtPtr)context)->_private;

	reading->text += (unsigned)len;
	if (reading->text > READ_VALUE_MAX)
		stop(reading, "a text is too long",
		     "A text in a domain has at most " NUMBER_TEXT(READ_VALUE_MAX) " bytes.");
	else
		reading->characters(context, text, len);
}

/* libxml2 hands out five pointers for each: names, and where the value begins and ends. */
static bool has_long(int attributes, const xmlChar **list)
{
	for (int i = 0; i < attributes; i++) {
		if (list[5 * i + 4] - list[5 * i + 3] > READ_VALUE_MAX)
			return true;
	}
	return false;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
		     const xmlChar **attribute_list)
{
	struct reading *reading = ((xmlParserCtxtPtr)context)->_private;

	if (++reading->depth > READ_DEPTH_MAX) {
		stop(reading, "elements are nested too deeply",
		     "A domain has at most " NUMBER_TEXT(READ_DEPTH_MAX) " levels.");
		return;
	}
	reading->values += 1 + (unsigned)attributes;
	if (reading->values > READ_VALUES_MAX) {
		stop(reading, "too many elements",
		     "A domain has at most " NUMBER_TEXT(
			     READ_VALUES_MAX) " elements and attributes.");
		return;
	}
	reading->children[reading->depth] = 0;
	if (++reading->children[reading->depth - 1] > READ_CHILDREN_MAX) {
		stop(reading, "too many devices or other elements in one",
		     "An element of a domain has at most " NUMBER_TEXT(
			     READ_CHILDREN_MAX) " in it: a command line has no room for more.");
		return;
	}
	reading->text = 0;
	if (attributes > READ_ATTRS_MAX) {
		stop(reading, "too many attributes",
		     "An element of a domain has at most " NUMBER_TEXT(
			     READ_ATTRS_MAX) " attributes.");
		return;
	}
	if (has_long(attributes, attribute_list)) {
		stop(reading, "an attribute is too long",
		     "An attribute in a domain has at most " NUMBER_TEXT(READ_VALUE_MAX) " bytes.");
		return;
	}
	reading->start(context, name, prefix, uri, namespaces, namespace_list, attributes,
		       defaulted, attribute_list);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *reading = ((xmlParserCtxtPtr)context)->_private;

	reading->depth--;
	reading->text = 0;
	reading->end(context, name, prefix, uri);
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
	(void)name;
	(void)id;
	(void)uri;
	stop(((xmlParserCtxtPtr)context)->_private, "the file declares a document type",
	     "A domain XML has none; entities could name other files, or grow without end, and none is "
	     "ever looked at.");
}

/* libxml2 would print it. */
static void on_error(void *context, xmlErrorPtr error)
{
	struct reading *reading = context;

	if (reading->errs->count || error->level < XML_ERR_ERROR)
		return;
	size_t len = strcspn(error->message ? error->message : "", "\n");

	err_why(refuse(reading->arena, reading->errs, reading->path,
		       error->line > 0 ? (unsigned)error->line : 0, "this is no well-formed XML"),
		"%.*s", (int)len, error->message ? error->message : "");
}

static char *take_bytes(struct arena *arena, int fd, size_t *ret_len)
{
	size_t room = 64u << 10, len = 0;
	char *data = arena_alloc(arena, room);

	for (;;) {
		ssize_t got = read(fd, data + len, room - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return NULL;
		if (got == 0)
			break;
		len += (size_t)got;
		if (len > READ_BYTES_MAX) {
			errno = EFBIG;
			return NULL;
		}
		if (len == room) {
			char *more = arena_alloc(arena, room * 2);

			memcpy(more, data, len);
			data = more;
			room *= 2;
		}
	}
	*ret_len = len;
	return data;
}

static unsigned line_of(const char *data, const char *at)
{
	unsigned line = 1;

	for (; data < at; data++)
		line += *data == '\n';
	return line;
}

/* libxml2 holds each attribute of a tag against all others before it tells of any. */
static const char *long_tag(const char *data, size_t len)
{
	const char *end = data + len, *next;

	for (const char *at = data; at < end; at = next + 1) {
		next = memchr(at, '<', (size_t)(end - at));
		next = next ? next : end;
		if ((size_t)(next - at) > 2 * (size_t)READ_VALUE_MAX)
			return at;
	}
	return NULL;
}

static char *read_bytes(struct arena *arena, const char *path, size_t *ret_len,
			struct err_list *errs)
{
	bool given = strcmp(path, "-") == 0;
	int fd = given ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	char *data = fd >= 0 ? take_bytes(arena, fd, ret_len) : NULL;
	int error = errno;
	const char *nul, *tag;

	if (fd >= 0 && !given)
		(void)close(fd);
	if (!data) {
		err_why(refuse(arena, errs, NULL, 0,
			       arena_fmt(arena, "%s: %s", path, strerror(error))),
			"A domain XML is a file of at most %u MiB that can be read.",
			READ_BYTES_MAX >> 20);
		return NULL;
	}
	nul = memchr(data, 0, *ret_len);
	tag = long_tag(data, *ret_len);
	if (nul)
		err_why(refuse(arena, errs, path, line_of(data, nul), "the file holds a NUL byte"),
			"XML is text, and text has none.");
	else if (tag)
		err_why(refuse(arena, errs, path, line_of(data, tag),
			       "an element or a text is too long"),
			"In a domain a text and an attribute have at most " NUMBER_TEXT(
				READ_VALUE_MAX) " bytes.");
	return nul || tag ? NULL : data;
}

static xmlDocPtr parse(struct reading *reading, const char *data, size_t len)
{
	xmlParserCtxtPtr context = xmlNewParserCtxt();
	xmlDocPtr doc = NULL;

	if (!context)
		return NULL;
	reading->context = context;
	context->_private = reading;
	reading->start = context->sax->startElementNs;
	reading->end = context->sax->endElementNs;
	context->sax->startElementNs = on_start;
	context->sax->endElementNs = on_end;
	reading->characters = context->sax->characters;
	context->sax->characters = on_text;
	context->sax->cdataBlock = on_text;
	context->sax->internalSubset = on_doctype;
	xmlSetStructuredErrorFunc(reading, on_error);
	doc = xmlCtxtReadMemory(context, data, (int)len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES |
					XML_PARSE_COMPACT);
	xmlSetStructuredErrorFunc(NULL, NULL);
	xmlFreeParserCtxt(context);
	return doc;
}

xmlNodePtr read_domain(struct arena *arena, const char *path, struct err_list *errs)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct reading reading = {.arena = arena, .path = name, .errs = errs};
	size_t before = errs->count, len = 0;
	char *data = read_bytes(arena, path, &len, errs);
	xmlDocPtr doc = data ? parse(&reading, data, len) : NULL;
	xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;

	if (errs->count == before && !root)
		err_why(refuse(arena, errs, name, 0, "this is no well-formed XML"),
			"There is no element in it.");
	else if (errs->count == before && !tree_is(root, "domain"))
		err_why(refuse(arena, errs, name, (unsigned)xmlGetLineNo(root),
			       arena_fmt(arena, "<%s> is no domain", (const char *)root->name)),
			"The outermost element of a domain XML is <domain>.");
	if (errs->count == before)
		return root;
	if (doc)
		xmlFreeDoc(doc);
	return NULL;
}
