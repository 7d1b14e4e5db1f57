/* Stands in for AMD's ROCm SMI library in tests: one card of its own memory, and an older library's
 * gaps: no function that tells how busy a card is. */
#include <stdint.h>
#include <string.h>

enum { kSuccess = 0, kInvalidArgument = 1, kInsufficientSize = 11 };
enum { kVideoMemory = 0, kDriver = 0 };

static int copy(const char* text, char* buffer, uint64_t size) {
  if (strlen(text) + 1 > size) return kInsufficientSize;
  strcpy(buffer, text);
  return kSuccess;
}

int rsmi_init(uint64_t flags) { return flags == 0 ? kSuccess : kInvalidArgument; }

int rsmi_shut_down(void) { return kSuccess; }

int rsmi_num_monitor_devices(uint32_t* count) {
  *count = 1;
  return kSuccess;
}

int rsmi_version_str_get(int component, char* version, uint32_t size) {
  return component == kDriver ? copy("6.12.12", version, size) : kInvalidArgument;
}

int rsmi_dev_name_get(uint32_t device, char* name, uint64_t size) {
  return device == 0 ? copy("AMD Radeon PRO W7900", name, size) : kInvalidArgument;
}

int rsmi_dev_memory_total_get(uint32_t device, int kind, uint64_t* bytes) {
  if (device != 0 || kind != kVideoMemory) return kInvalidArgument;
  *bytes = 48318382080ULL;
  return kSuccess;
}

int rsmi_dev_memory_usage_get(uint32_t device, int kind, uint64_t* bytes) {
  if (device != 0 || kind != kVideoMemory) return kInvalidArgument;
  *bytes = 318382080ULL;
  return kSuccess;
}

int rsmi_dev_power_cap_get(uint32_t device, uint32_t sensor, uint64_t* microwatts) {
  if (device != 0 || sensor != 0) return kInvalidArgument;
  *microwatts = 241000000ULL;
  return kSuccess;
}

int rsmi_dev_power_ave_get(uint32_t device, uint32_t sensor, uint64_t* microwatts) {
  if (device != 0 || sensor != 0) return kInvalidArgument;
  *microwatts = 88000000ULL;
  return kSuccess;
}
