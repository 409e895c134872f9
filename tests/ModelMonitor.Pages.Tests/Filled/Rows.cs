using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Tests.Intake;

namespace ModelMonitor.Pages.Tests.Filled;

/// <summary>Made-up rows that come out the same each time. Real ones are the flights'; these bring what those lack: a whole year, many columns, slices, classes, hostile names.</summary>
internal static class Rows
{
    public const string Script = "<script>alert('x')</script>";
    public const string Quoted = "a \"b\" & 'c' ?d=e#f/../g";
    public const string Hostile = "<img src=x onerror=alert(1)>";

    public static readonly string[] Classes = ["cat", "dog", "bird", Hostile];
    public static readonly string[] Regions = ["north", "south", Script];

    public static readonly DateTimeOffset Start = new(2001, 1, 29, 0, 0, 0, TimeSpan.Zero);
    public const int Columns = 30;
    public const int CreditRows = 120;
    public const int AnimalRows = 60;
    public const int OddRows = 60;

    /// <summary>So many that a week has more than a page draws.</summary>
    public const int RideRows = 60;

    public static readonly string[] Zones = ["inner", "outer"];

    /// <summary>Thirty numbers, a region and a score, labelled; over the year one column moves and the score gets worse. Day −1 is the reference.</summary>
    public static RecordBatch Credit(int day, int rows, bool withLabels)
    {
        var random = new Random(1000 + day);
        var progress = Math.Max(day, 0) / 365.0;
        var values = new double?[Columns][];
        for (var c = 0; c < Columns; c++) values[c] = new double?[rows];
        var (ids, times, scores, labels, regions) = (new string?[rows], new DateTimeOffset[rows], new double?[rows], new int?[rows], new string?[rows]);
        for (var i = 0; i < rows; i++)
        {
            for (var c = 0; c < Columns; c++) values[c][i] = Normal(random) * (1 + c);
            values[3][i] += 4 * progress * 1.2;
            if (random.NextDouble() < 0.02) values[5][i] = null;
            var truth = (values[0][i]!.Value + (values[1][i]!.Value / 2) + Normal(random)) > 0.8;
            var seen = values[0][i]!.Value + (values[1][i]!.Value / 2 * (1 - progress));
            (ids[i], times[i], regions[i]) = ($"c{day}.{i}", TimeOf(day, i, rows), Regions[random.Next(10) switch { < 5 => 0, < 8 => 1, _ => 2 }]);
            scores[i] = Math.Round(1 / (1 + Math.Exp(0.8 - seen + (progress * Normal(random)))), 4);
            labels[i] = truth ? 1 : 0;
        }

        var columns = new List<(string, IArrowArray)> { ("id", Streams.Strings(ids)), ("ts", Times(times)), ("score", Streams.Doubles(scores)), ("region", Streams.Strings(regions)) };
        for (var c = 0; c < Columns; c++) columns.Add(($"f{c:00}", Streams.Doubles(values[c])));
        if (withLabels) columns.Add(("label", Streams.Ints(labels)));
        return Streams.Batch([.. columns]);
    }

    /// <summary>Four classes with their probabilities.</summary>
    public static RecordBatch Animals(int day, int rows, bool withLabels)
    {
        var random = new Random(5000 + day);
        var probabilities = new ListArray.Builder(DoubleType.Default);
        var (ids, times, size, labels) = (new string?[rows], new DateTimeOffset[rows], new double?[rows], new string?[rows]);
        for (var i = 0; i < rows; i++)
        {
            var own = random.Next(4);
            var weights = Enumerable.Range(0, 4).Select(k => Math.Exp((k == own ? 1.2 : 0) + (0.7 * Normal(random)))).ToArray();
            probabilities.Append();
            foreach (var weight in weights) ((DoubleArray.Builder)probabilities.ValueBuilder).Append(weight / weights.Sum());
            (ids[i], times[i], size[i], labels[i]) = ($"a{day}.{i}", TimeOf(day, i, rows), own + Normal(random), Classes[own]);
        }

        var columns = new List<(string, IArrowArray)> { ("id", Streams.Strings(ids)), ("ts", Times(times)), ("p", probabilities.Build()), ("size", Streams.Doubles(size)) };
        if (withLabels) columns.Add(("label", Streams.Strings(labels)));
        return Streams.Batch([.. columns]);
    }

    /// <summary>A regression whose columns are called as nobody should.</summary>
    public static RecordBatch Odd(int day, int rows, bool withLabels)
    {
        var random = new Random(9000 + day);
        var (ids, times, scores, one, two, labels) = (new string?[rows], new DateTimeOffset[rows], new double?[rows], new double?[rows], new string?[rows], new double?[rows]);
        for (var i = 0; i < rows; i++)
        {
            (ids[i], times[i], one[i], two[i]) = ($"o{day}.{i}", TimeOf(day, i, rows), Normal(random), random.Next(3) switch { 0 => Script, 1 => Hostile, _ => "plain" });
            labels[i] = (3 * one[i]) + Normal(random);
            scores[i] = (3 * one[i]) + (Math.Max(day, 0) / 100.0);
        }

        var columns = new List<(string, IArrowArray)> { ("id", Streams.Strings(ids)), ("ts", Times(times)), ("score", Streams.Doubles(scores)), (Script, Streams.Doubles(one)), (Quoted, Streams.Strings(two)) };
        if (withLabels) columns.Add(("label", Streams.Doubles(labels)));
        return Streams.Batch([.. columns]);
    }

    /// <summary>A regression that misses a bend, and knows the less the higher it predicts.</summary>
    public static RecordBatch Rides(int day, int rows, bool withLabels)
    {
        var random = new Random(13000 + day);
        var (ids, times, scores, distances, zones, labels) = (new string?[rows], new DateTimeOffset[rows], new double?[rows], new double?[rows], new string?[rows], new double?[rows]);
        for (var i = 0; i < rows; i++)
        {
            var distance = 20 * random.NextDouble();
            (ids[i], times[i], distances[i], zones[i]) = ($"ride{day}.{i}", TimeOf(day, i, rows), distance, Zones[random.Next(4) / 3]);
            labels[i] = 5 + (1.5 * distance) + (0.05 * distance * distance) + ((0.5 + (0.1 * distance)) * Normal(random));
            scores[i] = Math.Round(2 + (2.5 * distance), 3);
        }

        var columns = new List<(string, IArrowArray)> { ("id", Streams.Strings(ids)), ("ts", Times(times)), ("score", Streams.Doubles(scores)), ("distance", Streams.Doubles(distances)), ("zone", Streams.Strings(zones)) };
        if (withLabels) columns.Add(("label", Streams.Doubles(labels)));
        return Streams.Batch([.. columns]);
    }

    /// <summary>Ids, labels and when they became known.</summary>
    public static RecordBatch Labels(RecordBatch labelled, TimeSpan delay, int day) => Streams.Batch(
        ("id", labelled.Column("id")), ("label", labelled.Column("label")), ("known", Times(Enumerable.Repeat(Start.AddDays(day + 1) + delay, labelled.Length))));

    public static void WriteFile(string path, params RecordBatch[] batches)
    {
        using var stream = File.Create(path);
        using var writer = new ArrowStreamWriter(stream, batches[0].Schema);
        foreach (var batch in batches) writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }

    private static DateTimeOffset TimeOf(int day, int row, int rows) => Start.AddDays(day).AddMinutes(1 + (1430.0 * row / rows));

    private static TimestampArray Times(IEnumerable<DateTimeOffset> times)
    {
        var builder = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        foreach (var time in times) builder.Append(time);
        return builder.Build();
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
