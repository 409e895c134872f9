/* Stands between a managed ONNX Runtime and a native library one version behind it: hands out the library's table of functions, and for
 * those that it does not have yet one that says so. Built by install.sh; see there. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxruntime_c_api.h"

static const OrtApi* real;
static OrtApi table;

static OrtStatus* absent(void) { return real->CreateStatus(ORT_NOT_IMPLEMENTED, "not in this version of the native library"); }

static const OrtApi* get_api(uint32_t version);
static const char* get_version(void);
static const OrtApiBase base = { get_api, get_version };
static const OrtApiBase* library;

const OrtApiBase* OrtGetApiBase(void) {
  if (!library) {
    const char* path = getenv("MODELMONITOR_TEST_ONNXRUNTIME");
    void* handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    const OrtApiBase* (*entry)(void) = handle ? (const OrtApiBase* (*)(void))dlsym(handle, "OrtGetApiBase") : NULL;
    if (!entry) {
      fprintf(stderr, "shim: %s: %s\n", path ? path : "MODELMONITOR_TEST_ONNXRUNTIME is not set", path ? dlerror() : "");
      abort();
    }
    library = entry();
  }
  return &base;
}

static const char* get_version(void) { return library->GetVersionString(); }

static const OrtApi* get_api(uint32_t version) {
  if (version > ORT_API_VERSION) return NULL;
  if (!real) {
    real = library->GetApi(ORT_API_VERSION - 1);
    if (!real) return NULL;
    void (*stub)(void) = (void (*)(void))absent;
    for (size_t at = 0; at + sizeof stub <= sizeof table; at += sizeof stub) memcpy((char*)&table + at, &stub, sizeof stub);
    memcpy(&table, real, offsetof(OrtApi, FIRST_NEW));
  }
  return &table;
}
