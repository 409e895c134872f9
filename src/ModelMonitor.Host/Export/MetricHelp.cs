namespace ModelMonitor.Host.Export;

/// <summary>The HELP line of every value metric, by its key.</summary>
internal static class MetricHelp
{
    private const string EstimatedPrefix = "estimated_";

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["roc_auc"] = "Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half.",
        ["ks"] = "Kolmogorov-Smirnov statistic of the scores: the largest gap between true and false positive rate.",
        ["gini"] = "Gini coefficient: 2 * ROC AUC - 1.",
        ["average_precision"] = "Average precision over all thresholds.",
        ["precision"] = "Share of true positives among predicted positives at the decision threshold.",
        ["recall"] = "Share of positives that were predicted positive at the decision threshold.",
        ["f1"] = "Harmonic mean of precision and recall at the decision threshold.",
        ["accuracy"] = "Share of rows that were predicted rightly.",
        ["balanced_accuracy"] = "Mean of the true positive and the true negative rate at the decision threshold.",
        ["mcc"] = "Matthews correlation coefficient at the decision threshold.",
        ["log_loss"] = "Mean negative log-likelihood of the labels (natural logarithm); lower is better.",
        ["brier"] = "Mean squared difference between score and label; lower is better.",
        ["ece"] = "Expected calibration error over 10 equal-width bins; lower is better.",
        ["lift_top_decile"] = "Positive rate among the tenth of rows with the highest scores, over the overall positive rate.",
        ["roc_auc_ovr_macro"] = "Area under the ROC curve, one class against the rest, mean over the classes.",
        ["f1_macro"] = "F1, mean over the classes.",
        ["f1_micro"] = "F1 over all classes' pooled counts.",
        ["f1_weighted"] = "F1, mean over the classes weighted by their rows.",
        ["precision_macro"] = "Precision, mean over the classes.",
        ["recall_macro"] = "Recall, mean over the classes.",
        ["mse"] = "Mean squared error; lower is better.",
        ["rmse"] = "Root of the mean squared error, in the label's unit; lower is better.",
        ["mae"] = "Mean absolute error, in the label's unit; lower is better.",
        ["r2"] = "Share of the label's variance that the model explains.",
        ["mean_error"] = "Mean of prediction - label, in the label's unit: the bias.",
        ["error_variance"] = "Variance of prediction - label.",
        ["prediction_variance"] = "Variance of the predictions.",
        ["label_variance"] = "Variance of the labels.",
        ["bias_squared"] = "Squared bias of an ensemble's mean prediction, label noise included.",
        ["variance"] = "Mean variance of the predictions between an ensemble's members.",
        ["variance_unbiased"] = "Mean variance of the predictions between an ensemble's members, times k / (k - 1) for its k members.",
        ["member_mse"] = "Mean squared error of an ensemble's members: squared bias plus variance.",
        ["decay_slope_per_day"] = "Slope of the primary metric over the last matured windows, per day.",
        ["days_to_target"] = "Days until the primary metric misses its target if its slope goes on.",
    };

    private static readonly Dictionary<string, string> DriftTexts = new(StringComparer.Ordinal)
    {
        ["psi"] = "population stability index against the reference; below 0.1 stable, above 0.2 unstable",
        ["psi_noise_floor"] = "the PSI that chance alone stays below 99 times in 100 for this many rows",
        ["js_distance"] = "Jensen-Shannon distance to the reference, 0 to 1",
        ["ks_distance"] = "two-sample Kolmogorov-Smirnov distance to the reference, 0 to 1",
        ["wasserstein_ratio"] = "Wasserstein-1 distance to the reference over the reference's standard deviation",
        ["hellinger"] = "Hellinger distance to the reference, 0 to 1",
        ["missing_ratio"] = "share of rows without a value (null or NaN)",
        ["infinite_ratio"] = "share of rows with an infinite value",
        ["out_of_range_ratio"] = "share of rows outside the reference's range",
        ["unseen_ratio"] = "share of rows with a category that the reference never had",
    };

    /// <summary>For a performance key, `estimated_…` included.</summary>
    public static string Performance(string key)
    {
        if (Texts.TryGetValue(key, out var text)) return text;
        if (key.StartsWith(EstimatedPrefix, StringComparison.Ordinal) && Texts.TryGetValue(key[EstimatedPrefix.Length..], out text))
            return "Estimated without labels, blind to concept drift. " + text;
        return $"The model's {key} over the window.";
    }

    /// <summary>For `estimated_…_error`.</summary>
    public static string EstimatedError(string key) => $"Estimated minus realised {key} over the labelled rows of the window whose labels are due.";

    /// <param name="subject">What drifts: `score`, `label` or `feature`.</param>
    public static string Drift(string subject, string key)
    {
        var what = subject switch { "score" => "Of the scores", "label" => "Of the labels' classes", _ => "Of a feature" };
        return $"{what}: {DriftTexts.GetValueOrDefault(key, key)}.";
    }

    /// <param name="name">The metric that the interval or bound belongs to.</param>
    public static string Lower(string name) => $"Lower end of the 95 % interval of {name}.";

    public static string Upper(string name) => $"Upper end of the 95 % interval of {name}.";

    public static string ErrorBound(string name) => $"How far {name} may lie from the exact value, because it is computed from bins.";
}
