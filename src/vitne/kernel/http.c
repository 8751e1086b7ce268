#include "kernel.h"

/* Where the messages of plain HTTP/1.x conversations begin and end (RFC 9112 sections 2 to 6).
 *
 * A conversation is plain when every byte of both sides belongs to a whole message, no rule is broken and each
 * request has its answer.  All others are left to the patient reader, which tells what is wrong with them.
 * Positions count in the buffer.
 */

enum { MOST_LINES = 100, MOST_HEAD = 65536 };

typedef struct {
    int64_t exchange;   /* row of the conversation asked about */
    int64_t side;       /* 0 asks, 1 answers */
    int64_t start;      /* the first line */
    int64_t body;       /* behind the empty line */
    int64_t end;        /* behind the body */
    int64_t status;     /* 0 for a request */
    int64_t method_end; /* the method of a request is [start, method_end) */
    int64_t target;     /* [target, target_end): the request target */
    int64_t target_end;
    int64_t host;       /* [host, host_end): value of Host; 0, 0 without */
    int64_t host_end;
    int64_t type;       /* [type, type_end): value of Content-Type; 0, 0 without */
    int64_t type_end;
    int64_t coding;     /* [coding, coding_end): value of Content-Encoding; 0, 0 without */
    int64_t coding_end;
    int64_t chunked;    /* 1: the body is chunked */
    int64_t first_line; /* rows of its header lines */
    int64_t lines;
} message_row;

typedef struct {
    int64_t start; /* [start, end): the header line without its CR LF */
    int64_t end;
    int64_t value; /* position of the value; it ends where the line does */
} line_row;

typedef struct {
    const uint8_t *data;
    message_row *rows;
    uint64_t count, most;
    line_row *lines;
    uint64_t line_count, most_lines;
} table;

typedef struct {
    int has_length;
    int64_t length;
} framing;

static int is_token(uint8_t c) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return 1;
    return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static int same(const uint8_t *p, int64_t length, const char *lower) {
    if (length != (int64_t)strlen(lower)) return 0;
    for (int64_t i = 0; i < length; i++) {
        uint8_t c = p[i] >= 'A' && p[i] <= 'Z' ? (uint8_t)(p[i] + 32) : p[i];
        if (c != (uint8_t)lower[i]) return 0;
    }
    return 1;
}

/* Position of the CR of the next CR LF; -1 where a line ends otherwise, or not at all. */
static int64_t line_end(const uint8_t *data, int64_t at, int64_t stop) {
    const uint8_t *feed = at < stop ? memchr(data + at, '\n', (size_t)(stop - at)) : NULL;
    if (feed == NULL) return -1;
    int64_t end = feed - data - 1;
    if (end < at || data[end] != '\r' || memchr(data + at, '\r', (size_t)(end - at)) != NULL) return -1;
    return end;
}

static int known_method(const uint8_t *p, int64_t length) {
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (length == (int64_t)strlen(names[i]) && memcmp(p, names[i], (size_t)length) == 0) return 1;
    return 0;
}

static int http_version(const uint8_t *p) {
    return memcmp(p, "HTTP/1.", 7) == 0 && (p[7] == '0' || p[7] == '1');
}

static int request_line(const uint8_t *data, int64_t at, int64_t end, message_row *row) {
    int64_t space = at;
    while (space < end && data[space] != ' ') space++;
    if (!known_method(data + at, space - at) || end - space < 11 || data[space + 1] != '/') return 0;
    if (data[end - 9] != ' ' || !http_version(data + end - 8)) return 0;
    for (int64_t i = space + 1; i < end - 9; i++)
        if (data[i] <= ' ' || data[i] == 0x7f) return 0;
    row->method_end = space;
    row->target = space + 1;
    row->target_end = end - 9;
    return 1;
}

static int status_line(const uint8_t *data, int64_t at, int64_t end, message_row *row) {
    if (end - at < 12 || !http_version(data + at) || data[at + 8] != ' ') return 0;
    for (int i = 9; i < 12; i++)
        if (data[at + i] < '0' || data[at + i] > '9') return 0;
    if (end - at > 12 && data[at + 12] != ' ') return 0;
    row->status = (data[at + 9] - '0') * 100 + (data[at + 10] - '0') * 10 + (data[at + 11] - '0');
    return row->status >= 200;
}

static int take_length(const uint8_t *p, int64_t length, framing *how) {
    if (how->has_length || length < 1 || length > 15) return 0;
    how->has_length = 1;
    how->length = 0;
    for (int64_t i = 0; i < length; i++) {
        if (p[i] < '0' || p[i] > '9') return 0;
        how->length = how->length * 10 + (p[i] - '0');
    }
    return 1;
}

static int once(int64_t *start, int64_t *end, int64_t value, int64_t stop) {
    if (*start != 0 || value == stop) return 0;
    *start = value;
    *end = stop;
    return 1;
}

/* Take what a header line says about its message; 0 where that is not plain. */
static int take(const uint8_t *data, const line_row *line, int64_t colon, message_row *row, framing *how) {
    const uint8_t *name = data + line->start, *value = data + line->value;
    int64_t length = colon - line->start, rest = line->end - line->value;
    switch (name[0] | 0x20) {
    case 'h':
        return !same(name, length, "host") || row->status || once(&row->host, &row->host_end, line->value, line->end);
    case 'c':
        if (same(name, length, "content-length")) return take_length(value, rest, how);
        if (same(name, length, "content-type")) return once(&row->type, &row->type_end, line->value, line->end);
        if (same(name, length, "content-encoding"))
            return once(&row->coding, &row->coding_end, line->value, line->end);
        return 1;
    case 't':
        if (!same(name, length, "transfer-encoding")) return 1;
        if (row->chunked || !same(value, rest, "chunked")) return 0;
        row->chunked = 1;
        return 1;
    case 'u':
        return !same(name, length, "upgrade");
    case 'e':
        return !same(name, length, "expect");
    default:
        return 1;
    }
}

/* Read the header lines; give the position behind the empty line, or -1. */
static int64_t read_lines(table *t, int64_t at, int64_t stop, message_row *row, framing *how) {
    const uint8_t *data = t->data;
    row->first_line = (int64_t)t->line_count;
    for (int count = 0; count <= MOST_LINES; count++) {
        int64_t end = line_end(data, at, stop);
        if (end < 0) return -1;
        if (end == at) return at + 2;
        int64_t colon = at;
        while (colon < end && is_token(data[colon])) colon++;
        if (colon == at || colon == end || data[colon] != ':' || t->line_count >= t->most_lines) return -1;
        line_row *line = &t->lines[t->line_count++];
        line->start = at;
        line->end = end;
        line->value = colon + 1;
        while (line->value < end && (data[line->value] == ' ' || data[line->value] == '\t')) line->value++;
        if (end > line->value && (data[end - 1] == ' ' || data[end - 1] == '\t')) return -1;
        row->lines++;
        if (!take(data, line, colon, row, how)) return -1;
        at = end + 2;
    }
    return -1;
}

/* Give the position behind a chunked body without extensions and trailers, or -1 (RFC 9112 section 7.1). */
static int64_t skip_chunks(const uint8_t *data, int64_t at, int64_t stop) {
    for (;;) {
        int64_t size = 0, digits = 0;
        for (; at < stop && digits < 9; at++, digits++) {
            uint8_t c = data[at] | 0x20;
            if (c >= '0' && c <= '9') size = size * 16 + (c - '0');
            else if (c >= 'a' && c <= 'f') size = size * 16 + (c - 'a' + 10);
            else break;
        }
        if (digits == 0 || digits == 9 || stop - at < 2 || data[at] != '\r' || data[at + 1] != '\n') return -1;
        at += 2;
        if (stop - at < size + 2 || data[at + size] != '\r' || data[at + size + 1] != '\n') return -1;
        at += size + 2;
        if (size == 0) return at;
    }
}

/* Read one message; give the position behind it, or -1. */
static int64_t read_message(table *t, int64_t at, int64_t stop, int64_t exchange, int64_t side) {
    if (t->count >= t->most) return -1;
    message_row *row = &t->rows[t->count];
    framing how = {0, 0};
    memset(row, 0, sizeof *row);
    row->exchange = exchange;
    row->side = side;
    row->start = at;
    int64_t limit = stop - at > MOST_HEAD ? at + MOST_HEAD : stop;
    int64_t end = line_end(t->data, at, limit);
    if (end < 0) return -1;
    if (!(side ? status_line(t->data, at, end, row) : request_line(t->data, at, end, row))) return -1;
    row->body = read_lines(t, end + 2, limit, row, &how);
    if (row->body < 0 || (row->chunked && how.has_length)) return -1;
    int bare = side && (row->status == 204 || row->status == 304);
    if (bare) row->chunked = 0;
    if (bare) row->end = row->body;
    else if (row->chunked) row->end = skip_chunks(t->data, row->body, stop);
    else if (how.has_length) row->end = how.length <= stop - row->body ? row->body + how.length : -1;
    else row->end = side ? stop : row->body;
    if (row->end < 0) return -1;
    t->count++;
    return row->end;
}

static int64_t read_side(table *t, int64_t at, int64_t stop, int64_t exchange, int64_t side) {
    int64_t count = 0;
    while (at < stop) {
        at = read_message(t, at, stop, exchange, side);
        if (at < 0) return -1;
        count++;
    }
    return count;
}

/* `ends` holds four positions per conversation: begin and end of the asking side, begin and end of the answering
 * side.  Writes the messages of those that are plain and tells in `plain` which they are: 1, else 0.
 * `written` is given how many messages and header lines there are.
 */
API void vitne_plain_http(const uint8_t *data, uint64_t length, const int64_t *ends, uint64_t conversations,
                          message_row *rows, uint64_t most, line_row *lines, uint64_t most_lines, uint8_t *plain,
                          uint64_t *written) {
    table t = {data, rows, 0, most, lines, 0, most_lines};
    for (uint64_t i = 0; i < conversations; i++) {
        const int64_t *e = ends + 4 * i;
        uint64_t count = t.count, line_count = t.line_count;
        plain[i] = 0;
        if (e[0] < 0 || e[0] > e[1] || e[2] < 0 || e[2] > e[3]) continue;
        if (e[1] > (int64_t)length || e[3] > (int64_t)length) continue;
        int64_t asked = read_side(&t, e[0], e[1], (int64_t)i, 0);
        int64_t answered = asked > 0 ? read_side(&t, e[2], e[3], (int64_t)i, 1) : -1;
        plain[i] = asked > 0 && asked == answered;
        if (!plain[i]) {
            t.count = count;
            t.line_count = line_count;
        }
    }
    written[0] = t.count;
    written[1] = t.line_count;
}
