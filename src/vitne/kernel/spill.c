/* Tables that grow: in memory while they are small, then in a file that the system may write back and let go. */
#define _GNU_SOURCE
#include "walk.h"

#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>

/* Moves a table from memory into its file, whose room is reserved beforehand: a full disk fails here, not later. */
static void *to_file(Spill *spill, void *old, uint64_t used, uint64_t size) {
    if (posix_fallocate(spill->file, 0, (off_t)size)) return NULL;
    void *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, spill->file, 0);
    if (table == MAP_FAILED) return NULL;
    if (used) memcpy(table, old, used);
    free(old);
    spill->mapped = size;
    return table;
}

/* Takes a table back into memory where its file cannot grow any more. */
static void *from_file(Spill *spill, void *old, uint64_t used, uint64_t size) {
    void *table = malloc(size);
    if (!table) return NULL;
    memcpy(table, old, used);
    munmap(old, spill->mapped);
    spill->mapped = 0;
    spill->file = 0;
    return table;
}

/* Gives a table room for `size` bytes, of which `used` hold something; NULL where there is none: it then stays. */
void *spill_grow(Spill *spill, void *old, uint64_t used, uint64_t size) {
    if (spill->mapped) {
        if (posix_fallocate(spill->file, 0, (off_t)size)) return from_file(spill, old, used, size);
        void *table = mremap(old, spill->mapped, size, MREMAP_MAYMOVE);
        if (table == MAP_FAILED) return NULL;
        spill->mapped = size;
        return table;
    }
    if (spill->file > 0 && size > spill->from) {
        void *table = to_file(spill, old, used, size);
        if (table) return table;
    }
    return realloc(old, size);
}

void spill_free(Spill *spill, void *table) {
    if (spill->mapped) munmap(table, spill->mapped);
    else free(table);
}
#else
void *spill_grow(Spill *spill, void *old, uint64_t used, uint64_t size) {
    (void)spill, (void)used;
    return realloc(old, size);
}

void spill_free(Spill *spill, void *table) {
    (void)spill;
    free(table);
}
#endif

/* Names the open, empty files that rows, flows and their order may grow into beyond so many bytes each. */
API void walk_spill(Walk *walk, const int *files, uint64_t from) {
    walk->row_spill = (Spill){files[0], from, 0};
    walk->flow_spill = (Spill){files[1], from, 0};
    walk->order_spill = (Spill){files[2], from, 0};
}
