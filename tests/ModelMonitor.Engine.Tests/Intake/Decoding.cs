using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Tests.Intake;

internal static class Decoding
{
    public static IntakeSchema Schema { get; } = new(
        new ColumnNames(),
        [new IntakeFeature("distance", FeatureKind.Numeric), new IntakeFeature("carrier", FeatureKind.Categorical)],
        new LabelValue("1"));

    public static readonly ArrowLimits Small = new() { MaxDecodedBytes = 1 << 20, MaxRows = 10_000 };

    /// <summary>Everything that happens to a body on its way in. Returns the batches that were decoded.</summary>
    public static List<DecodedBatch> Run(ReadOnlyMemory<byte> body)
    {
        var decoded = new List<DecodedBatch>();
        using ArrowBatches batches = ArrowBatches.Open(body, Small);
        foreach (RecordBatch batch in batches.ReadAll())
        {
            decoded.Add(BatchDecoder.DecodePredictions(batch, Schema));
        }

        return decoded;
    }
}
