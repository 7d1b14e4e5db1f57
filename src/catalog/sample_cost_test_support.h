// The worked example of cost.h, which several tests compute by hand.
#pragma once

#include "catalog/cost.h"

namespace assay::catalog {

inline CostInputs sample_inputs() {
  CostInputs inputs;
  inputs.task = {.prompt_tokens = 1000, .completion_tokens = 160, .cached_share = 0};
  inputs.machine = {.hardware_price = 1440,
                    .years = 4,
                    .watts_load = 136,
                    .watts_idle = 36,
                    .kwh_price = 0.40,
                    .utilisation = 0.5,
                    .prefill_tps = 500,
                    .decode_tps = 20};
  inputs.tasks_per_month = 30'000;
  return inputs;
}

inline CloudPrice sample_price(std::string model = "cloud", double input = 1, double output = 5) {
  return {.provider = "Sample",
          .model = std::move(model),
          .input = input,
          .output = output,
          .cached_input = std::nullopt,
          .date = std::chrono::year(2026) / 9 / 30,
          .source = "https://example.org/prices"};
}

}  // namespace assay::catalog
