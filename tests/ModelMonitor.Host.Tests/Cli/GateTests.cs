using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>`evaluate --fail-on-breach` where there was nothing to judge: silence is no approval.</summary>
public sealed class GateTests : IDisposable
{
    private const string Rules = "rules: { shifted: { metric: psi, feature: inputs, above: 0.2, window: month, min_rows: 100000, then: [] } }\n";

    private readonly Case _flights = new("flights", Rules);

    public void Dispose() => _flights.Dispose();

    [Fact]
    public async Task A_rule_that_never_judged_is_told_with_its_reason()
    {
        var ran = await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", Path.Combine(_flights.Data, "production.arrows"), "--labels", Path.Combine(_flights.Data, "labels.arrows"), "--fail-on-breach");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("never judged: shifted: fewer rows than its min_rows, 100,000, in most of", string.Join(' ', ran.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        var json = await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", Path.Combine(_flights.Data, "production.arrows"), "--json", "-");
        Assert.Contains("\"reason\": \"too_few_rows\"", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_without_a_score_and_labels_of_other_rows_do_not_pass()
    {
        var rows = ArrowBatches.OpenFile(Path.Combine(_flights.Data, "production.arrows")).ReadAll().First();
        var lacking = Write("lacking.arrows", Without(rows, "origin_recent_late"));
        var unscored = await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", lacking, "--fail-on-breach");
        Assert.Equal(1, unscored.Exit);
        Assert.Contains("flights: none of 500 rows has a score: nothing was judged", unscored.Error, StringComparison.Ordinal);
        var foreign = Write("foreign.arrows", ArrowBatches.OpenFile(Path.Combine(_flights.Data, "labels.arrows")).ReadAll().Last());
        var whole = Write("whole.arrows", rows);
        var refused = await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", whole, "--labels", foreign, "--fail-on-breach");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("labels belongs to a row: no performance was judged", refused.Error, StringComparison.Ordinal);
        var told = await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", whole, "--labels", foreign);
        Assert.Equal(0, told.Exit);
        Assert.Contains("labels belongs to a row", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_text_is_told_to_be_one()
    {
        var csv = Path.Combine(_flights.Folder, "rows.csv");
        await File.WriteAllTextAsync(csv, "a,b\n1,2\n", TestContext.Current.CancellationToken);
        (await Ran.Command("evaluate", "-c", _flights.Configuration, "--production", csv)).IsRefusedWith("rows.csv: text, as a CSV file is");
    }

    private static RecordBatch Without(RecordBatch batch, string name)
    {
        var kept = Enumerable.Range(0, batch.ColumnCount).Where(c => batch.Schema.GetFieldByIndex(c).Name != name).ToArray();
        return new(new Schema([.. kept.Select(batch.Schema.GetFieldByIndex)], null), kept.Select(batch.Column), batch.Length);
    }

    private string Write(string name, RecordBatch batch)
    {
        var path = Path.Combine(_flights.Folder, name);
        using var stream = File.Create(path);
        using var writer = new ArrowStreamWriter(stream, batch.Schema);
        writer.Write(batch);
        writer.WriteEnd();
        return path;
    }
}
