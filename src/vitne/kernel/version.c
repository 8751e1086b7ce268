#include "kernel.h"

/* Counts the changes of this library's calls; the loader refuses another number. */
API int vitne_kernel_abi(void) { return 1; }

#ifndef VITNE_SOURCES
#define VITNE_SOURCES "" /* compiled by hand: from what, nobody knows */
#endif

/* The SHA-256 of the C files this library was made from; a checkout with other files refuses it. */
API const char *vitne_kernel_sources(void) { return VITNE_SOURCES; }
