/* Letters that stand for bytes: whether base64 may begin inside a run of letters, and numbers in any base. */
#include "kernel.h"

#define PROBE 48u    /* letters that are decoded to see whether something begins */
#define REACH 256u   /* bytes in which slashes are looked at */
#define MOST 19u     /* places that are tried */
#define LEAST 12u    /* bytes of a text that is no chance */
#define SHORTEST 24u /* letters of a run in which another may begin */

static int value_of(uint8_t letter) {
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' || letter == '-' ? 62 : letter == '/' || letter == '_' ? 63 : -1;
}

/* Decode up to PROBE letters; what is no letter is passed over, and padding ends them. */
static size_t decoded(const uint8_t *text, size_t size, uint8_t *out) {
    uint32_t held = 0;
    size_t count = 0, letters = 0;
    for (size_t at = 0; at < size && text[at] != '='; at++) {
        const int value = value_of(text[at]);
        if (value < 0)
            continue;
        held = held << 6 | (uint32_t)value;
        letters++;
        if (letters % 4 == 0) {
            out[count++] = (uint8_t)(held >> 16);
            out[count++] = (uint8_t)(held >> 8);
            out[count++] = (uint8_t)held;
        }
    }
    if (letters % 4 == 2) {
        out[count++] = (uint8_t)(held >> 4);
    } else if (letters % 4 == 3) {
        out[count++] = (uint8_t)(held >> 10);
        out[count++] = (uint8_t)(held >> 2);
    }
    return count;
}

/* Say whether bytes may be text in UTF-8, NUL behind. */
static int text(const uint8_t *data, size_t size) {
    size_t at = 0;
    while (size && !data[size - 1])
        size--;
    while (at < size) {
        const uint8_t byte = data[at++];
        size_t more = byte < 0x80 ? 0 : byte < 0xC2 || byte > 0xF4 ? 9 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
        if (byte < 9 || (byte > 13 && byte < 32 && byte != 27) || byte == 127 || more > size - at)
            return 0;
        for (; more; more--)
            if ((data[at++] & 0xC0) != 0x80)
                return 0;
    }
    return size > 0;
}

/* Say whether bytes begin as something compressed does. */
static int packed(const uint8_t *data, size_t size) {
    static const struct { uint8_t length, bytes[4]; } heads[] = {
        {3, {0x1F, 0x8B, 0x08}}, {4, {0x28, 0xB5, 0x2F, 0xFD}}, {4, {'P', 'K', 3, 4}}, {3, {'B', 'Z', 'h'}},
        {4, {0xFD, '7', 'z', 'X'}}, {4, {0x04, 0x22, 0x4D, 0x18}},
    };
    for (size_t each = 0; each < sizeof heads / sizeof *heads; each++)
        if (size >= heads[each].length && !memcmp(data, heads[each].bytes, heads[each].length))
            return 1;
    return size > 1 && data[0] >= 8 && data[0] <= 0x78 &&
           (data[1] == 1 || data[1] == 0x5E || data[1] == 0x9C || data[1] == 0xDA);
}

static int begins(const uint8_t *from, size_t size) {
    uint8_t out[PROBE];
    const size_t count = decoded(from, size < PROBE ? size : PROBE, out);
    return packed(out, count) || (count >= LEAST && text(out, count));
}

/* Say whether base64 that speaks for itself may begin inside a run of letters: at the first places behind its
 * begin, or behind a slash.  Yes may be too much said. */
API uint32_t vitne_letters(const uint8_t *data, uint64_t start, uint64_t end) {
    uint64_t places[MOST], count = 0, place = start;
    if (end < start + SHORTEST)
        return 0;
    for (; count < 3; count++)
        places[count] = start + 1 + count;
    for (const uint64_t stop = end < start + REACH ? end : start + REACH; place < stop && count < MOST; place++)
        if (data[place] == '/')
            places[count++] = place + 1;
    for (uint64_t each = 0; each < count; each++) {
        const uint64_t at = places[each];
        if (at >= end)
            continue;
        const size_t size = end - at < PROBE ? (size_t)(end - at) : PROBE;
        const uint8_t *slash = memchr(data + at, '/', size);
        if (begins(data + at, size) || (slash && begins(data + at, (size_t)(slash - (data + at)))))
            return 1;
    }
    return 0;
}

/* Read digits, given as letters of which `values` tells the value, as one number in a base; write it in words of
 * 32 bits, the lowest byte of all first.  Gives how many words it has, or more than `room` where it has more. */
API uint64_t vitne_number(const uint8_t *letters, uint64_t size, const uint8_t *values, uint32_t base,
                          uint32_t *words, uint64_t room) {
    uint64_t used = 0;
    for (uint64_t at = 0; at < size;) {
        uint64_t group = 0, step = 1;
        for (; at < size && step * base <= UINT32_MAX; at++) {
            group = group * base + values[letters[at]];
            step *= base;
        }
        uint64_t carry = group;
        for (uint64_t word = 0; word < used; word++) {
            carry += words[word] * step;
            words[word] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry && used == room)
            return room + 1;
        if (carry)
            words[used++] = (uint32_t)carry;
    }
    for (uint64_t word = 0; word < used; word++) {
        const uint32_t value = words[word];
        const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                                  (uint8_t)(value >> 24)};
        memcpy(words + word, bytes, sizeof bytes);
    }
    return used;
}
