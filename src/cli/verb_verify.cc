#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "cli/study_freshness.h"
#include "cli/study_record.h"
#include "cli/verb.h"
#include "report/report.h"
#include "report/verification.h"

namespace assay::cli {
namespace {

using base::Json;
using base::Result;

constexpr std::uint64_t kCardBytesMax = std::uint64_t{64} << 20U;

struct VerifyArguments {
  std::string card;
  bool json = false;
};

Result<Json> read_card(const std::string& file) {
  ASSAY_TRY(const std::string text, base::read_file(file, kCardBytesMax));
  auto card = base::parse_json(text);
  if (!card.has_value()) return std::move(card).error().in(file);
  return card;
}

/// The study a card names, by its whole id: a card must not be checked against its neighbour.
Result<store::StudyRow> study_of_card(const base::Context& context, store::Journal& journal,
                                      const std::string& id) {
  ASSAY_TRY(const std::optional<store::StudyRow> study, journal.study(id));
  if (study) return *study;
  return base::bad_input(
      fmt::format("the card is of study `{}`, which is not in the journal", id),
      "name the home that the study ran under with --home; `assay study list` shows what is there",
      context.home.string());
}

Result<Json> derive(const finding::StudyFinding& found, const std::string& model) {
  const auto derived = std::find_if(found.models.begin(), found.models.end(),
                                    [&](const auto& known) { return known.model == model; });
  if (derived != found.models.end()) return report::card_to_json(found, *derived);
  return base::bad_input(
      fmt::format("the card is of model `{}`, which study {} does not have", model, found.study),
      "the card was altered, or is of another study");
}

base::Status verdict_of(const report::Verification& verification) {
  switch (verification.overall()) {
    case report::Standing::DoesNotHold:
      return base::Error{base::ErrorKind::DoesNotHold,
                         fmt::format("{} of the card's {} values are not what the journal gives",
                                     verification.discrepancies.size(), verification.values),
                         "the card was altered or written before the study went on; `assay study "
                         "report` shows what the journal gives",
                         ""};
    case report::Standing::Stale:
      return base::Error{base::ErrorKind::Stale,
                         "the card's values hold, but what they were measured on has changed",
                         "run the study again before relying on it; give it another seed or name "
                         "to keep both",
                         ""};
    case report::Standing::Holds:
    case report::Standing::Unchecked:
      break;
  }
  return base::Done{};
}

base::Status verify(base::Context& context, const VerifyArguments& arguments) {
  ASSAY_TRY(const Json card, read_card(arguments.card));
  auto subject = report::subject_of(card);
  if (!subject.has_value()) return std::move(subject).error().in(arguments.card);
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, study_of_card(context, journal, subject->study));
  ASSAY_TRY(const finding::StudyFinding found, find_out(journal, study));
  ASSAY_TRY(const Json derived, derive(found, subject->model));
  const report::Verification verification =
      report::verify_card(card, derived, look_around(context, study, derived));
  context.out << (arguments.json ? base::dump_json(verification.to_json()) + "\n"
                                 : verification.to_text());
  return verdict_of(verification);
}

}  // namespace

void add_verify(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command = add_command(
      app, "verify", "Whether a finding card still holds: its values, model, engine and machine",
      "  assay verify .assay/studies/quickstart-1a2b3c4d/card-pebble-m.json");
  command->add_option("card", arguments->card, "The card, a card-MODEL.json of a study's folder")
      ->required()
      ->type_name("CARD");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return verify(context, *arguments); };
  });
}

}  // namespace assay::cli
