using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Learning;

/// <summary>Makes a baseline of rows of production: the same way as of a training file, with the labels that are known by then.</summary>
internal static class LearnedBaseline
{
    private const string Place = "the first days of production";

    /// <param name="batches">What is kept; rows outside of [start, end) are left out.</param>
    /// <param name="labelsOf">The label of each row of a batch, NaN where it is not known.</param>
    public static Baseline Build(ModelOptions model, IScorer? scorer, IReadOnlyList<LearningBatch> batches, Func<LearningBatch, double[]> labelsOf, LearnedReference learned, CancellationToken cancellationToken)
    {
        // Without a label column there are no labels: its name is any that nothing else has.
        var column = model.Columns.Label ?? "\u0001label";
        var options = model with
        {
            Reference = new ReferenceFiles(Place, null),
            Columns = model.Columns with { Label = column },
            LabelPositive = model.Task == TaskKind.Binary ? LabelValue.From(1L) : null,
        };
        return BaselineBuilder.Build(options, scorer, _ => Rows(), cancellationToken) with { Learned = learned };

        IEnumerable<RecordBatch> Rows()
        {
            foreach (var batch in batches)
            {
                var inside = batch.Take([.. Enumerable.Range(0, batch.Times.Length).Where(row => batch.Times[row] >= learned.Start && batch.Times[row] < learned.End)]);
                if (inside.Rows.Length > 0) yield return inside.WithLabels(column, labelsOf(inside));
            }
        }
    }
}
