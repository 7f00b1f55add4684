// Compiles a function for several instruction sets. The loader selects the best that the processor supports.
#ifndef NOMINAL_CLONES_H
#define NOMINAL_CLONES_H
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#endif
