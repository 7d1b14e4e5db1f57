// Do two judges, or a judge and people, say the same? Called where judges are calibrated: `arena`,
// `task`. Pure functions; thread-safe. Each gives NaN where nothing varies, because agreement
// cannot then be told from having one answer only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// Spearman's (1904) rank correlation in [−1, 1]: Pearson's of the ranks, equal values sharing the
/// mean of theirs. The i-th values belong to the same case; requires as many in both. NaN below two
/// cases or when either side is constant. Of (1, 2, 3, 4) and (1, 3, 2, 4): 0.8.
double spearman(std::span<const double> one, std::span<const double> other);

/// How much worse it is to be further apart: every disagreement alike, by the distance between
/// categories, or by its square.
enum class KappaWeights { Unweighted, Linear, Quadratic };

/// Cohen's κ of two raters who put the same cases in categories 0, 1, 2, …: 1 − Σwo/Σwe, o being
/// the observed table, e what their own shares of each category would give by chance, w the weight
/// of a disagreement (Cohen 1960; 1968 weighted). 1 is agreement, 0 chance. Requires as many cases
/// in both and categories in [0, 1000). NaN without cases or when both use one same category only.
/// Tables (20, 5; 10, 15): 0.4.
double cohens_kappa(std::span<const int> one, std::span<const int> other,
                    KappaWeights weights = KappaWeights::Unweighted);

/// How far apart two ratings are: different or not; by how many ratings lie between them; by the
/// square of their difference.
enum class RatingLevel { Nominal, Ordinal, Interval };

/// Krippendorff's α of any number of raters: 1 − observed/expected disagreement over pairs of
/// ratings of one unit (Krippendorff 2011, "Computing Krippendorff's alpha-reliability", D). 1 is
/// agreement, 0 chance. `units` holds for each case the ratings it got, in any order; one that a
/// rater left out is simply not there, and cases with fewer than two ratings tell nothing. Requires
/// finite ratings. NaN when fewer than two different ratings are left. Units (1, 1), (2, 2),
/// (1, 2), nominal: 1 − (5 · 2)/(3 · 3 · 2) = 4/9.
double krippendorff_alpha(std::span<const std::vector<double>> units, RatingLevel level);

}  // namespace assay::stats
