using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Host.Tests.Cli;
using static ModelMonitor.Host.Tests.EndToEnd.Pets;
using static ModelMonitor.Host.Tests.Scoring.OnnxFile;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Three classes, from a model file or logged, from files to reports and through a running monitor.</summary>
public sealed class MulticlassFlowTests : IDisposable
{
    private static readonly string[] s_texts = ["cat", "dog", "bird"], s_numbers = ["0", "1", "2"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");

    public static TheoryData<bool, bool> Models => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_model_file_of_any_making_gives_what_its_logged_probabilities_give_and_what_is_counted_by_hand(bool texts, bool zip)
    {
        var classes = texts ? s_texts : s_numbers;
        Write(classes, texts);
        File.WriteAllBytes(In("model.onnx"), Classifier(texts, zip));
        var scored = await EvaluateAsync("onnx: model.onnx\n    inputs: { x: [a, b] }\n    score: { output: " + (zip ? "z" : "p") + " }");
        var logged = await EvaluateAsync($"score: {{ classes: [{string.Join(", ", classes)}] }}\n    columns: {{ score: p }}\n    ignore: []");
        var window = scored["windows"]!.AsArray().Single(w => (long)w!["rows"]! == 300 && ((string)w["start"]!).StartsWith("2026-03-03", StringComparison.Ordinal))!;
        Assert.Equal(3, scored["windows"]!.AsArray().Count);
        foreach (var (metric, value) in scored["overall"]!["performance"]!.AsObject())
            Assert.Equal((double)value!["value"]!, (double)logged["overall"]!["performance"]![metric]!["value"]!, 1e-6);
        var right = Enumerable.Range(300, 300).Count(row => Predicted(row) == Label(row));
        Assert.Equal(right / 300.0, (double)window["performance"]!["accuracy"]!["value"]!, 1e-12);
        Assert.True((double)window["performance"]!["roc_auc_ovr_macro"]!["lower"]! > 0.6);
        Assert.Equal(Enumerable.Range(300, 300).Average(row => -Math.Log(Probabilities(row)[Label(row)])), (double)window["performance"]!["log_loss"]!["value"]!, 1e-6);
    }

    [Fact]
    public async Task A_baseline_is_read_back_and_refused_for_other_classes_or_another_order()
    {
        Write(s_texts, texts: true);
        string Logged(params string[] classes) => $"score: {{ classes: [{string.Join(", ", classes)}] }}\n    columns: {{ score: p }}";
        var made = await EvaluateAsync(Logged(s_texts));
        Assert.Equal(0, (await Ran.Command("baseline", "-c", In("monitor.yaml"))).Exit);
        Assert.True(JsonNode.DeepEquals(made, await EvaluateAsync(Logged(s_texts))), "the baseline of the file is another one");
        File.WriteAllText(In("monitor.yaml"), File.ReadAllText(In("monitor.yaml")).Replace("[cat, dog, bird]", "[dog, cat, bird]", StringComparison.Ordinal));
        (await Ran.Command("check", "-c", In("monitor.yaml"))).IsRefusedWith("it was made for other classes, or in another order");
    }

    [Fact]
    public async Task A_running_monitor_says_the_same_tells_classes_and_counts_an_unknown_one()
    {
        Write(s_texts, texts: true);
        File.WriteAllBytes(In("model.onnx"), Classifier(texts: true, zip: false));
        var expected = await EvaluateAsync("onnx: model.onnx\n    inputs: { x: [a, b] }\n    score: { output: p }");
        await using var monitor = await RunningMonitor.StartAsync(In("monitor.yaml"));
        var predictions = Request.Of("pets", "predictions", In("production.arrows"));
        var labels = Request.Of("pets", "labels", In("labels.arrows"));
        foreach (var request in labels.Take(1).Concat(predictions).Concat(labels.Skip(1))) await request.PostAsync(monitor.Client);
        SameDigits.Check(expected, JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/pets/evaluate?every=day"))!);

        // A class that nobody knows is refused by name; nothing else is lost.
        var odd = Batch([Rows], s_texts, texts: true, withLabels: true, oddLabel: "fish");
        var reply = JsonNode.Parse(await new Request("pets", "labels", "odd", Request.Bytes(Labels(odd))).PostAsync(monitor.Client))!;
        Assert.Equal(1, (long)reply["rejected"]!["unknown_class"]!);
        Assert.Contains("modelmonitor_rows_rejected_total{model=\"pets\",stream=\"labels\",reason=\"unknown_class\"} 1", await monitor.Client.GetStringAsync("metrics"), StringComparison.Ordinal);

        using var message = new HttpRequestMessage(HttpMethod.Post, "v1/models/pets/predictions?reply=scores") { Content = new ByteArrayContent(Request.Bytes(Batch([Rows + 1, Rows + 2], s_texts, texts: true))) };
        message.Content.Headers.ContentType = new("application/vnd.apache.arrow.stream");
        using var response = await monitor.Client.SendAsync(message);
        using var reader = new ArrowStreamReader(await response.Content.ReadAsStreamAsync());
        using var scores = await reader.ReadNextRecordBatchAsync();
        Assert.Equal(s_texts[Predicted(Rows + 1)], ((StringArray)scores.Column("class")).GetString(0));
        var vector = (DoubleArray)((ListArray)scores.Column("probabilities")).GetSlicedValues(1);
        Assert.Equal(Probabilities(Rows + 2), vector.Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    private string In(string file) => Path.Combine(_folder.FullName, file);

    private async Task<JsonObject> EvaluateAsync(string model)
    {
        var columns = model.Contains("columns:", StringComparison.Ordinal) ? "" : "    ignore: [p]\n";
        File.WriteAllText(In("monitor.yaml"), $$"""
            models:
              pets:
                version: "1"
                task: multiclass
                {{model}}
            {{columns}}    reference: { train: train.arrows }
            listen: { http: "127.0.0.1:0" }
            """);
        var ran = await Ran.Command("evaluate", "-c", In("monitor.yaml"), "--model", "pets", "--production", In("production.arrows"), "--labels", In("labels.arrows"), "--every", "day", "--json", "-");
        Assert.True(ran.Exit == 0, ran.Error);
        return ran.Json;
    }

    private void Write(string[] classes, bool texts)
    {
        WriteFile("train.arrows", Batch([.. Enumerable.Range(10_000, 1500)], classes, texts, withLabels: true));
        WriteFile("production.arrows", Batch([.. Enumerable.Range(0, 500)], classes, texts), Batch([.. Enumerable.Range(500, Rows - 500)], classes, texts));
        WriteFile("labels.arrows", Labels(Batch([.. Enumerable.Range(0, 200)], classes, texts, withLabels: true)), Labels(Batch([.. Enumerable.Range(200, Rows - 200)], classes, texts, withLabels: true)));
    }

    private void WriteFile(string name, params RecordBatch[] batches)
    {
        using var stream = File.Create(In(name));
        using var writer = new ArrowStreamWriter(stream, batches[0].Schema);
        foreach (var batch in batches) writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }

    private static byte[] Classifier(bool texts, bool zip)
    {
        var labels = texts ? Attributes("classlabels_strings", s_texts) : Attributes("classlabels_ints", 0L, 1L, 2L);
        var node = Classic("LinearClassifier", ["x"], ["l", "p"], labels, Attribute("post_transform", "SOFTMAX"), Attribute("multi_class", 1L), Attributes("coefficients", Coefficients), Attributes("intercepts", Intercepts));
        var zipped = texts ? Attributes("classlabels_strings", s_texts) : Attributes("classlabels_int64s", 0L, 1L, 2L);
        byte[][] outputs = [Tensor("l", texts ? Str : I64, -1), zip ? Sequence("z", MapType(texts ? Str : I64, F32)) : Tensor("p", F32, -1, 3)];
        return Model([Tensor("x", F32, -1, 2)], outputs, zip ? [node, Classic("ZipMap", ["p"], ["z"], zipped)] : [node]);
    }
}
