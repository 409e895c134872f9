using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>Decodes record batches into what folding and joining need. Stateless.</summary>
/// <remarks>
/// Throws <see cref="IntakeException"/>: not malformed where a column that is looked for comes twice or cannot be converted, malformed
/// where its buffers are corrupt. Columns nobody looks for are not read.
/// </remarks>
public static class BatchDecoder
{
    /// <inheritdoc cref="ArrowTypes.KindOf"/>
    public static FeatureKind? KindOf(IArrowType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return ArrowTypes.KindOf(type);
    }

    /// <summary>Decodes predictions. The result refers to the batch: it must be disposed after the last use of either.</summary>
    public static DecodedBatch DecodePredictions(RecordBatch batch, IntakeSchema schema)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(schema);
        var columns = new BatchColumns(batch);
        var features = new FeatureColumn?[schema.Features.Count];
        var missing = new List<string>();
        for (int i = 0; i < features.Length; i++)
        {
            IntakeFeature feature = schema.Features[i];
            features[i] = columns.Find(feature.Name) is { } column ? ReadFeature(column, feature) : null;
            if (features[i] is null)
            {
                missing.Add(feature.Name);
            }
        }

        return new DecodedBatch
        {
            Rows = batch.Length,
            Features = features,
            Ids = columns.Find(schema.Columns.Id) is { } id ? ColumnReader.ReadIds(id, schema.Columns.Id!) : null,
            Times = columns.Find(schema.Columns.Time) is { } time ? ColumnReader.ReadTimes(time, schema.Columns.Time!) : null,
            LoggedScores = schema.Classes is null && columns.Find(schema.Columns.Score) is { } score ? ColumnReader.ReadLabels(score, schema.Columns.Score!, null) : null,
            Probabilities = schema.Classes is { } classes && columns.Find(schema.Columns.Score) is { } vectors ? ClassColumns.ReadProbabilities(vectors, schema.Columns.Score!, classes.Count) : [],
            Labels = columns.Find(schema.Columns.Label) is { } label ? ReadLabels(label, schema) : null,
            LabelTimes = columns.Find(schema.Columns.LabelTime) is { } known ? ColumnReader.ReadTimes(known, schema.Columns.LabelTime!) : null,
            Versions = columns.Find(schema.Columns.Version) is { } version ? ColumnReader.ReadStrings(version, schema.Columns.Version!) : null,
            ExtraColumns = schema.Features.Count == 0 ? [] : Extra(columns, schema),
            MissingColumns = missing,
            Segments = [.. schema.Segments.Select(name => columns.Find(name) is { } column ? ColumnReader.ReadCategories(column, name) : null)],
            Arrow = batch,
        };
    }

    /// <summary>Decodes ground truth.</summary>
    /// <exception cref="IntakeException">Also where the id or the label column is absent (not malformed).</exception>
    public static DecodedLabels DecodeLabels(RecordBatch batch, IntakeSchema schema)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(schema);
        var columns = new BatchColumns(batch);
        IArrowArray id = columns.Require(schema.Columns.Id, "id");
        IArrowArray label = columns.Require(schema.Columns.Label, "label");
        return new DecodedLabels
        {
            Rows = batch.Length,
            Ids = ColumnReader.ReadIds(id, schema.Columns.Id!),
            Labels = ReadLabels(label, schema),
            LabelTimes = columns.Find(schema.Columns.LabelTime) is { } known ? ColumnReader.ReadTimes(known, schema.Columns.LabelTime!) : null,
        };
    }

    private static double[] ReadLabels(IArrowArray label, IntakeSchema schema) => schema.Classes is { } classes
        ? ClassColumns.ReadLabels(label, schema.Columns.Label!, classes)
        : ColumnReader.ReadLabels(label, schema.Columns.Label!, schema.LabelPositive);

    private static FeatureColumn ReadFeature(IArrowArray column, IntakeFeature feature) =>
        feature.Kind == FeatureKind.Categorical ? ColumnReader.ReadCategories(column, feature.Name) : NumericColumn.Of(column, feature.Name);

    private static List<string> Extra(BatchColumns columns, IntakeSchema schema)
    {
        var known = new HashSet<string>(schema.Columns.All);
        known.UnionWith(schema.Ignored);
        known.UnionWith(schema.Segments);
        known.UnionWith(schema.Features.Select(feature => feature.Name));
        return columns.Names.Where(name => !known.Contains(name)).ToList();
    }
}
