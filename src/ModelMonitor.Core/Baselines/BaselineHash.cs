using System.Security.Cryptography;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Baselines;

/// <summary>The identity of a shape: 128 bits of the SHA-256 over everything that decides where a row is counted.</summary>
public static class BaselineHash
{
    public static string Of(BaselineShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var writer = new StateWriter();
        writer.Text("baseline-shape-1");
        writer.Byte((byte)shape.Task);
        writer.Count(shape.Features.Count);
        foreach (var feature in shape.Features)
        {
            writer.Text(feature.Name);
            switch (feature)
            {
                case NumericFeatureShape numeric:
                    writer.Byte(1);
                    Write(writer, numeric.Shape);
                    break;
                case CategoryFeatureShape category:
                    writer.Byte(2);
                    writer.Count(category.Shape.Names.Count);
                    foreach (var name in category.Shape.Names) writer.Text(name);
                    writer.Count(category.Shape.Pooled.Count);
                    foreach (var hash in category.Shape.Pooled.Order()) writer.Unsigned(hash);
                    break;
            }
        }

        Write(writer, shape.Score);
        if (shape.ScoreBins is { } bins)
        {
            writer.Double(bins.Threshold);
            Write(writer, bins.Edges.Values);
        }

        if (shape.Classes.Count > 0)
        {
            writer.Text("classes");
            writer.Count(shape.Classes.Count);
            foreach (var name in shape.Classes) writer.Text(name);
        }

        if (shape.Ensemble.Count > 0)
        {
            writer.Text("ensemble");
            writer.Count(shape.Ensemble.Count);
            foreach (var member in shape.Ensemble) writer.Text(member);
        }

        // A shape without slices keeps the hash it had before there were any.
        if (shape.Segments.Columns.Count > 0) Write(writer, shape.Segments);

        return Convert.ToHexStringLower(SHA256.HashData(writer.Written.Span).AsSpan(0, 16));
    }

    private static void Write(StateWriter writer, SegmentShape segments)
    {
        writer.Text("segments");
        writer.Count(segments.Columns.Count);
        foreach (var column in segments.Columns)
        {
            writer.Text(column.Name);
            writer.Count(column.Values.Count);
            foreach (var value in column.Values) writer.Text(value);
        }

        writer.Count(segments.Limit);
        writer.Count(segments.Features.Count);
        foreach (var feature in segments.Features) writer.Text(feature);
    }

    private static void Write(StateWriter writer, NumericShape shape)
    {
        Write(writer, shape.Edges.Values);
        writer.Count(shape.Deciles.Length);
        foreach (var decile in shape.Deciles) writer.Count(decile);
        writer.Double(shape.Minimum);
        writer.Double(shape.Maximum);
        writer.Double(shape.Centre);
    }

    private static void Write(StateWriter writer, ReadOnlySpan<double> values)
    {
        writer.Count(values.Length);
        foreach (var value in values) writer.Double(value);
    }
}
