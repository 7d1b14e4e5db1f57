/* Stands in for NVIDIA's management library in tests: a server card, a card that shares the
 * system's memory and therefore tells none, and one that answers nothing at all. */
#include <string.h>

enum { kSuccess = 0, kInvalidArgument = 2, kNotSupported = 3, kInsufficientSize = 7 };
enum { kCards = 3 };

struct memory {
  unsigned long long total, free, used;
};
struct utilisation {
  unsigned gpu, memory;
};

static int cards[kCards] = {0, 1, 2};
static int initialised = 0;

static int copy(const char* text, char* buffer, unsigned size) {
  if (strlen(text) + 1 > size) return kInsufficientSize;
  strcpy(buffer, text);
  return kSuccess;
}

int nvmlInit_v2(void) {
  ++initialised;
  return kSuccess;
}

int nvmlShutdown(void) {
  --initialised;
  return kSuccess;
}

int nvmlSystemGetDriverVersion(char* version, unsigned size) {
  return initialised ? copy("580.65.06", version, size) : kInvalidArgument;
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = kCards;
  return initialised ? kSuccess : kInvalidArgument;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (index >= kCards) return kInvalidArgument;
  *device = &cards[index];
  return kSuccess;
}

int nvmlDeviceGetName(void* device, char* name, unsigned size) {
  switch (*(int*)device) {
    case 0:
      return copy("NVIDIA H200", name, size);
    case 1:
      return copy("NVIDIA GB10", name, size);
    default:
      return kNotSupported;
  }
}

int nvmlDeviceGetMemoryInfo(void* device, struct memory* memory) {
  if (*(int*)device != 0) return kNotSupported;
  memory->total = 150754820096ULL;
  memory->free = 150000000000ULL;
  memory->used = memory->total - memory->free;
  return kSuccess;
}

int nvmlDeviceGetEnforcedPowerLimit(void* device, unsigned* milliwatts) {
  if (*(int*)device != 0) return kNotSupported;
  *milliwatts = 700000;
  return kSuccess;
}

int nvmlDeviceGetUtilizationRates(void* device, struct utilisation* utilisation) {
  if (*(int*)device != 0) return kNotSupported;
  utilisation->gpu = 37;
  utilisation->memory = 12;
  return kSuccess;
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  if (*(int*)device != 0) return kNotSupported;
  *milliwatts = 123500;
  return kSuccess;
}
