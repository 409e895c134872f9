using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.Actions;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.Configuration;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Recent labelled rows of a running monitor: captured, handed out with a retrain request, kept private, erased.</summary>
public sealed class CaptureFlowTests : IAsyncLifetime
{
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync(Receiver.Answer(202));

    public async ValueTask DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_request_lists_recent_labelled_rows_in_parts_and_none_that_validate()
    {
        using var flights = Flights("validate: 0.3, hash: [entity_id]");
        var files = await FilesAsync(flights);
        var (train, tune) = (Read((string)files["train"]!), Read((string)files["tune"]!));
        Assert.Equal(((long)files["train_rows"]!, (long)files["tune_rows"]!), (train.Sum(b => b.Length), tune.Sum(b => b.Length)));
        // 500 rows a day of three days, nearly all labelled; 30 % of them are not handed out.
        Assert.InRange(train.Sum(b => b.Length) + tune.Sum(b => b.Length), 700, 1150);
        Assert.True(Times(train).Max() < Times(tune).Min());
        Assert.All(train.Concat(tune), b => Assert.Contains("label", b.Schema.FieldsList.Select(f => f.Name)));
        Assert.All(train.SelectMany(b => ColumnReader.ReadStrings(b.Column("entity_id"), "")), id => Assert.Matches("^[0-9a-f]{32}$", id));
        // Worst first, and worse than the others.
        var losses = Read((string)files["wrong_label_candidates"]!).Select(b => ((DoubleArray)b.Column("loss")).GetValue(0)!.Value).ToArray();
        Assert.Equal(losses.OrderDescending(), losses);
        Assert.True(losses[0] > 1 && losses.Length is > 50 and <= 100);
    }

    [Fact]
    public async Task No_more_a_day_than_its_limit_and_only_columns_that_may_be_kept()
    {
        using var flights = Flights("rows_per_day: 60, validate: 0.01, exclude: [entity_id], sample: 0.9");
        var files = await FilesAsync(flights);
        var rows = Read((string)files["train"]!).Concat(Read((string)files["tune"]!)).ToArray();
        var perDay = Times(rows).GroupBy(t => t / Core.Instant.Day).Select(g => g.Count()).ToArray();
        Assert.All(perDay, count => Assert.InRange(count, 15, 60));
        Assert.All(rows, b => Assert.DoesNotContain("entity_id", b.Schema.FieldsList.Select(f => f.Name)));
    }

    /// <summary>All rows of an airport are handed out, or none: what judges a challenger never taught it anything about the same airport.</summary>
    [Fact]
    public async Task Rows_of_one_entity_are_all_handed_out_or_all_held_back()
    {
        using var flights = Flights("rows_per_day: 10000, validate: 0.4, entity: origin_late_rate");
        var files = await FilesAsync(flights);
        var handedOut = Airports(Read((string)files["train"]!).Concat(Read((string)files["tune"]!)));
        var labelled = ArrowBatches.OpenFile(Path.Combine(flights.Data, "labels.arrows")).ReadAll().SelectMany(b => ColumnReader.ReadStrings(b.Column("entity_id"), "")).ToHashSet();
        var sent = ArrowBatches.OpenFile(Path.Combine(flights.Data, "production.arrows")).ReadAll().Take(3).ToArray();
        var ofLabelled = sent.SelectMany(b => ColumnReader.ReadStrings(b.Column("entity_id"), "").Zip(((FloatArray)b.Column("origin_late_rate")).ToArray())).Where(r => labelled.Contains(r.First)).GroupBy(r => r.Second!.Value).ToDictionary(g => g.Key, g => g.Count());
        Assert.True(handedOut.Count > 20);
        Assert.All(handedOut, airport => Assert.Equal(ofLabelled[airport.Key], airport.Value));
        Assert.InRange(handedOut.Count / (double)ofLabelled.Count, 0.4, 0.8);
    }

    [Fact]
    public async Task An_erased_prediction_is_in_no_file_and_in_no_later_request()
    {
        using var flights = Flights("validate: 0.01");
        await using var monitor = await RunningMonitor.StartAsync(flights.Configuration);
        await SendAsync(flights, monitor);
        var files = await AskAsync(monitor, 1);
        var id = ColumnReader.ReadStrings(Read((string)files["train"]!)[0].Column("entity_id"), "")[0]!;
        using var unknown = await monitor.Client.DeleteAsync("v1/models/flights/captured/nobody", TestContext.Current.CancellationToken);
        Assert.Equal("""{"erased":0}""", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(System.IO.File.Exists((string)files["train"]!));
        using var erased = await monitor.Client.DeleteAsync($"v1/models/flights/captured/{Uri.EscapeDataString(id)}?by=alice", TestContext.Current.CancellationToken);
        Assert.Equal("""{"erased":1}""", await erased.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(System.IO.File.Exists((string)files["train"]!));
        using var again = await monitor.Client.DeleteAsync($"v1/models/flights/captured/{Uri.EscapeDataString(id)}", TestContext.Current.CancellationToken);
        Assert.Equal("""{"erased":0}""", await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Neither in the rows that came with it, nor in what the store keeps of old pages.</summary>
    [Fact]
    public async Task Of_an_erased_prediction_and_of_columns_that_nobody_named_no_byte_is_left()
    {
        using var flights = Flights("validate: 0.01, entity: who");
        await using var monitor = await RunningMonitor.StartAsync(flights.Configuration);
        var batch = ArrowBatches.OpenFile(Path.Combine(flights.Data, "production.arrows")).ReadAll().First();
        var who = new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), new Int32Array.Builder().AppendRange(Enumerable.Range(0, batch.Length)).Build(), Numbered("WHO", batch.Length));
        await SendAsync(flights, monitor, [new RecordBatch(
            new Schema([.. batch.Schema.FieldsList, new Field("who", who.Data.DataType, true), new Field("email", StringType.Default, true)], null), [.. batch.Arrays, who, Numbered("EMAIL", batch.Length)], batch.Length)]);
        Assert.Equal((true, true, true, false), (Lies(flights, "WHO-0."), Lies(flights, "WHO-250."), Lies(flights, "WHO-499."), Lies(flights, "EMAIL-")));
        var ids = ColumnReader.ReadStrings(batch.Column("entity_id"), "");
        foreach (var row in new[] { 0, 250, 499 })
        {
            using var erased = await monitor.Client.DeleteAsync($"v1/models/flights/captured/{Uri.EscapeDataString(ids[row]!)}", TestContext.Current.CancellationToken);
            Assert.Equal("""{"erased":1}""", await erased.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal((false, false, false, true, true), (Lies(flights, "WHO-0."), Lies(flights, "WHO-250."), Lies(flights, "WHO-499."), Lies(flights, "WHO-1."), Lies(flights, "WHO-251.")));
    }

    /// <summary>By file and by curl: the columns are the same, their types are not.</summary>
    [Fact]
    public async Task Deliveries_of_other_types_take_no_column_away()
    {
        using var flights = Flights("validate: 0.01");
        await using var monitor = await RunningMonitor.StartAsync(flights.Configuration);
        var batch = ArrowBatches.OpenFile(Path.Combine(flights.Data, "production.arrows")).ReadAll().First();
        var names = batch.Schema.FieldsList.Where(f => f.DataType is FloatType).Select(f => f.Name).ToArray();
        var wide = batch.Schema.FieldsList.Select((f, c) => (Field: f.DataType is FloatType ? new Field(f.Name, DoubleType.Default, true) : f, Column: batch.Column(c) is FloatArray floats ? (IArrowArray)new DoubleArray.Builder().AppendRange(floats.Select(v => (double)v!.Value)).Build() : batch.Column(c)))
            .Where(c => c.Field.Name != names[0]).ToArray();
        await SendAsync(flights, monitor, [Half(batch, 0)], labels: false);
        await SendAsync(flights, monitor, [Half(new RecordBatch(new Schema([.. wide.Select(c => c.Field)], null), wide.Select(c => c.Column), batch.Length), 250)]);
        var files = await AskAsync(monitor, 1);
        var rows = Read((string)files["train"]!).Concat(Read((string)files["tune"]!)).ToArray();
        Assert.True(names.Length > 2);
        Assert.All(rows, b => Assert.Empty(names.Except(b.Schema.FieldsList.Select(f => f.Name))));
        Assert.All(rows, b => Assert.IsType<DoubleArray>(b.Column(names[1])));
        // Half of the rows came without the first.
        Assert.InRange(rows.Sum(b => b.Column(names[0]).NullCount) / (double)rows.Sum(b => b.Length), 0.3, 0.7);
        Assert.Equal(0, rows.Sum(b => b.Column(names[1]).NullCount));
    }

    [Fact]
    public void Capturing_that_could_be_of_no_use_is_a_fault()
    {
        const string model = Samples.Least + "\n    onnx: m.onnx\n    inputs: { x: [a, b] }\n    ";
        Assert.Null(Options(model).Models[0].Capture);
        Assert.Equal(1000, Options(model + "capture: on").Models[0].Capture!.RowsPerDay);
        Assert.Equal((7, 0.5, "user"), (Options(model + "capture: { rows_per_day: 7, validate: 50%, entity: user }").Models[0].Capture is { } c ? (c.RowsPerDay, c.Validate, c.Entity!) : default));
        Assert.Contains("is an input of the model", Fault(model + "capture: { exclude: [a] }"), StringComparison.Ordinal);
        Assert.Contains("is an input of the model", Fault(model + "capture: { hash: [b] }"), StringComparison.Ordinal);
        Assert.Contains("needs columns.id and join", Fault(model + "capture: on\n    join: none"), StringComparison.Ordinal);
        Assert.Contains("retention.captured: must not be longer", Fault(model + "capture: on\nretention: { captured: 60d }"), StringComparison.Ordinal);
        Assert.Contains("hash it instead", Fault(model + "capture: { entity: user, exclude: [user] }"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(10), Options(model + "capture: on\nretention: { waiting_predictions: 10d }").Retention.Captured);
    }

    private Case Flights(string capture)
    {
        var flights = new Case("flights", $"actions: {{ retrain: {{ hook: webhook, url: \"{_receiver.Url}\" }} }}\n");
        System.IO.File.WriteAllText(flights.Configuration, System.IO.File.ReadAllText(flights.Configuration)
            .Replace("    label_delay: 1d", $"    label_delay: 1d\n    capture: {{ {capture} }}", StringComparison.Ordinal)
            .Replace("waiting_predictions: 30d", "waiting_predictions: 20000d, captured: 20000d", StringComparison.Ordinal).Replace("panes: 400d", "panes: 20000d", StringComparison.Ordinal));
        return flights;
    }

    private async Task<JsonNode> FilesAsync(Case flights)
    {
        await using var monitor = await RunningMonitor.StartAsync(flights.Configuration);
        await SendAsync(flights, monitor);
        return await AskAsync(monitor, 1);
    }

    /// <summary>Three batches of 500 rows, and all labels.</summary>
    private static Task SendAsync(Case flights, RunningMonitor monitor) => SendAsync(flights, monitor, [.. ArrowBatches.OpenFile(Path.Combine(flights.Data, "production.arrows")).ReadAll().Take(3)]);

    private static async Task SendAsync(Case flights, RunningMonitor monitor, RecordBatch[] batches, bool labels = true)
    {
        var file = Path.Combine(flights.Folder, "three.arrows");
        using (var stream = System.IO.File.Create(file))
        using (var writer = new Apache.Arrow.Ipc.ArrowStreamWriter(stream, batches[0].Schema))
        {
            foreach (var batch in batches) writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        foreach (var (stream, sent) in new[] { ("predictions", file), ("labels", Path.Combine(flights.Data, "labels.arrows")) }.Take(labels ? 2 : 1))
            Assert.Equal(0, (await Ran.Command("send", "-c", flights.Configuration, "--model", "flights", "--stream", stream, sent, "--to", monitor.Addresses[0].ToString())).Exit);
    }

    /// <summary>Asks for a new version; what the receiver is told of captured rows.</summary>
    private async Task<JsonNode> AskAsync(RunningMonitor monitor, int requests)
    {
        using var asked = await monitor.Client.PostAsync("v1/models/flights/retrain", new StringContent("""{"by":"alice"}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, asked.StatusCode);
        for (var i = 0; i < 200 && _receiver.Requests.Count < requests; i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        var captured = JsonNode.Parse(_receiver.Requests[requests - 1].Body)!["data"]!["training"]!["captured"];
        Assert.True(captured is not null, monitor.Output + await monitor.Client.GetStringAsync("metrics", TestContext.Current.CancellationToken));
        return captured;
    }

    private static StringArray Numbered(string name, int rows) => new StringArray.Builder().AppendRange(Enumerable.Range(0, rows).Select(i => $"{name}-{i}.")).Build();

    private static RecordBatch Half(RecordBatch batch, int from) => batch.Slice(from, 250);

    /// <summary>Whether a text lies anywhere in the state folder.</summary>
    private static bool Lies(Case flights, string text) => Directory.GetFiles(Path.Combine(flights.Folder, "state"), "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock").Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text)) >= 0;
    });

    private static Dictionary<float, int> Airports(IEnumerable<RecordBatch> batches) =>
        batches.SelectMany(b => ((FloatArray)b.Column("origin_late_rate")).ToArray()).GroupBy(rate => rate!.Value).ToDictionary(g => g.Key, g => g.Count());

    private static RecordBatch[] Read(string file) => [.. ArrowBatches.OpenFile(file).ReadAll()];

    private static long[] Times(IEnumerable<RecordBatch> batches) => [.. batches.SelectMany(b => ColumnReader.ReadTimes(b.Column("ts"), "ts"))];
}
