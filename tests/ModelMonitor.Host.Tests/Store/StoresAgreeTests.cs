using System.Globalization;
using CsCheck;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Tests.Store;

/// <summary>Whatever is done to both, the SQLite store answers like the plain one in memory.</summary>
public sealed class StoresAgreeTests
{
    private static readonly string[] Models = ["a", "B", "日本"];

    /// <summary>One step on an open transaction, and what it answered.</summary>
    private delegate Task<string> Step(IStateTransaction transaction);

    private static readonly Gen<string> AModel = Gen.OneOf(Models);
    private static readonly Gen<SeriesKey> ASeries = Gen.Select(AModel, Gen.OneOf("v1", "V2"), Gen.OneOf("", "s=1", "é=2"), (model, version, segment) => new SeriesKey(model, version, "b", segment));
    private static readonly Gen<long> ATime = Gen.Long[-3, 12];
    private static readonly Gen<byte[]> Blob = Gen.Byte.Array[0, 3];
    private static readonly Gen<StateLevel> ALevel = Gen.OneOf(StateLevel.Pane, StateLevel.Hour, StateLevel.Day);
    private static readonly Gen<UInt128> AnId = Gen.Int[0, 19].Select(i => i % 2 == 0 ? (UInt128)i : UInt128.MaxValue - (UInt128)i);
    private static readonly Gen<double[]?> Values = Gen.OneOf(Gen.Const((double[]?)null), Gen.Double.Array[2, 5].Select(values => (double[]?)values));
    private static readonly Gen<ServedScore> AScore = Gen.Select(Gen.OneOf("v1", "V2", "v3"), Gen.Double, Gen.Int[0, 300].List[0, 3], Values, Values, (version, score, places, probabilities, members) => new ServedScore(version, "b", score) { Segments = places, Probabilities = probabilities, Ensemble = members });

    private static readonly Gen<JoinRow> ARow = Gen.Select(AnId, ATime.Select(time => time < 0 ? (long?)null : time), Gen.OneOf<double?>(null, 0, 1, -2.5), AScore.List[0, 3], ATime,
        (id, time, label, scores, touched) => new JoinRow { Id = id, EventTime = time, Label = label, LabelTime = time, Scores = scores, Touched = touched });

    private static readonly Gen<OutboxRecord> AMessage = Gen.Select(Gen.Int[0, 4], AModel, ATime, Gen.Enum<OutboxStatus>(), Gen.Int[0, 2],
        (key, model, time, status, attempts) => new OutboxRecord
        {
            Key = $"{key}",
            Model = model,
            Action = "x",
            Rule = "r",
            Payload = "{}",
            // Ties would leave the order open.
            CreatedAt = 10 * time + key,
            DueAt = time,
            Status = status,
            Attempts = attempts,
        });

    private static readonly Gen<Step> AStep = Gen.Frequency<Step>(
        (4, Gen.Select(ASeries, ATime, Blob, Blob, (series, start, sums, distinct) => Do(t => t.AppendDeltaAsync(series, start, sums, distinct, default)))),
        (4, Gen.Select(ASeries, ALevel, ATime, Blob, Blob, (series, level, start, sums, distinct) => Do(t => t.PutStateAsync(series, level, start, sums, distinct, default)))),
        (2, Gen.Select(ATime, Gen.Int[0, 5], (before, limit) => new Step(async t =>
        {
            var taken = await t.TakeDeltasAsync(before, limit, default);
            await t.DeleteDeltasAsync([.. taken.Select(delta => delta.Id)], default);
            return Text(taken);
        }))),
        (2, Gen.Select(ASeries, ALevel, ATime, (series, level, start) => new Step(async t => Text(await t.FindStateAsync(series, level, start, default) is { } found ? [found] : [])))),
        (1, Gen.Select(AModel, Gen.Enum<StateLevel>(), ATime, (model, level, before) => Do(t => t.DeleteStateAsync(model, level, before, default)))),
        (5, Gen.Select(AModel, ARow.List[0, 6], (model, rows) => Do(t => t.WriteJoinRowsAsync(model, [.. rows.DistinctBy(row => row.Id).OrderBy(row => row.Id)], default)))),
        (2, Gen.Select(AModel, ATime, (model, before) => new Step(async t => $"{await t.ExpireJoinRowsAsync(model, before, int.MaxValue, default)}"))),
        (1, Gen.Select(AModel, ATime, Gen.Int[0, 3], (model, before, limit) => new Step(async t =>
        {
            // Which rows go first is open, how many is not.
            var (deleted, _, _) = await t.ExpireJoinRowsAsync(model, before, limit, default);
            await t.ExpireJoinRowsAsync(model, before, int.MaxValue, default);
            return $"{deleted}";
        }))),
        (2, Gen.Select(Gen.Int[0, 5], ATime, (key, at) => new Step(async t =>
        {
            try
            {
                await t.AddDeliveryAsync(new DeliveryRecord($"{key}", (UInt128)at, at, "r"), default);
                return "added";
            }
            catch (InvalidOperationException)
            {
                return "there";
            }
        }))),
        (1, ATime.Select(before => Do(t => t.ExpireDeliveriesAsync(before, default)))),
        (3, Gen.Select(AModel, Gen.OneOf("day", "week"), ATime, Gen.OneOf("", "s"), (model, window, end, segment) =>
            new Step(async t => $"{await t.TryAddEvaluationAsync(new EvaluationRecord(model, "v", window, end, segment, "{}"), default)}"))),
        (1, ATime.Select(before => Do(t => t.ExpireEvaluationsAsync(before, default)))),
        (1, Gen.Select(AModel, Gen.OneOf("r1", "R2"), ATime, (model, rule, payload) => Do(t => t.WriteRuleStateAsync(new RuleStateRecord(model, rule, "v", $"{payload}"), default)))),
        (2, AMessage.Select(message => new Step(async t => $"{await t.TryAddOutboxAsync(message, default)}"))),
        (2, Gen.Select(AMessage, Gen.Int[0, 2], (message, attempts) => new Step(async t => $"{await t.TryUpdateOutboxAsync(message, attempts, default)}"))),
        (1, ATime.Select(before => Do(t => t.ExpireOutboxAsync(10 * before, default)))),
        (1, Gen.Select(AModel, Gen.OneOf("v1", "v2"), ATime, Gen.Enum<VersionRole>(), (model, version, since, role) => Do(t => t.WriteVersionAsync(new VersionRecord(model, version, "b", "sha", role, since), default)))),
        (1, Gen.Select(AModel, ATime, (model, at) => Do(t => t.AddAuditAsync(new AuditRecord(at, model, "me", "what", "why"), default)))),
        (1, Gen.Select(AModel, ATime, (name, value) => Do(t => t.WriteMarkAsync(name, value, default)))));

    private static readonly Gen<(List<Step> Steps, bool Commit)> ATransaction = Gen.Select(AStep.List[0, 12], Gen.Frequency((3, true), (1, false)));

    [Fact]
    public async Task Both_stores_answer_alike_whatever_is_done()
    {
        await ATransaction.List[1, 10].SampleAsync(async transactions =>
        {
            using var folder = new TemporaryFolder();
            using var held = StateFolderLock.Acquire(folder.Path);
            await using var sqlite = SqliteStore.Open(held);
            await using var memory = new InMemoryStore();
            foreach (var (steps, commit) in transactions)
            {
                await using (var one = await sqlite.BeginAsync(default))
                await using (var two = await memory.BeginAsync(default))
                {
                    foreach (var step in steps)
                        Assert.Equal(await step(two), await step(one));
                    Assert.Equal(await DumpAsync(two), await DumpAsync(one));
                    if (commit)
                    {
                        await one.CommitAsync(default);
                        await two.CommitAsync(default);
                    }
                }

                await using var left = await sqlite.OpenSnapshotAsync(default);
                await using var right = await memory.OpenSnapshotAsync(default);
                Assert.Equal(await DumpAsync(right), await DumpAsync(left));
            }
        }, iter: 150, threads: 2);
    }

    private static Step Do(Func<IStateTransaction, ValueTask> write) => async transaction =>
    {
        await write(transaction);
        return "";
    };

    private static string Text(IEnumerable<StoredState> stretches) =>
        string.Join('\n', stretches.Select(s => $"{s.Id} {s.Series} {s.Start} [{Convert.ToHexString(s.Sums.Span)}] [{Convert.ToHexString(s.DistinctScores.Span)}]"));

    private static async Task<string> DumpAsync(IStateReader reader)
    {
        var lines = new List<string>();
        foreach (var model in Models)
        {
            lines.Add($"{model} {await reader.ReadBoundsAsync(model, default)} {await reader.ReadMarkAsync(model, default)}");
            foreach (var series in await reader.ReadSeriesAsync(model, default))
            {
                foreach (var level in Enum.GetValues<StateLevel>())
                {
                    foreach (var part in Enum.GetValues<StatePart>())
                    {
                        await foreach (var stretch in reader.ReadStateAsync(new StateRange(series, level, -2, 11), part, default))
                            lines.Add($"{level} {Text([stretch])}");
                    }
                }
            }

            lines.AddRange((await reader.ReadEvaluationsAsync(model, null, -2, 11, 9, default)).Select(x => $"{x}"));
            lines.AddRange((await reader.ReadEvaluationsAsync(model, "day", -2, 11, 9, default)).Select(x => $"{x}"));
            lines.AddRange((await reader.ReadRuleStatesAsync(model, default)).Select(x => $"{x}"));
            lines.AddRange((await reader.ReadOutboxAsync(model, null, 3, default)).Select(x => $"{x}"));
            lines.AddRange((await reader.ReadVersionsAsync(model, default)).Select(x => $"{x}"));
            lines.AddRange((await reader.ReadAuditAsync(model, default)).Select(x => $"{x}"));
        }

        lines.AddRange((await reader.ReadOutboxAsync(null, OutboxStatus.Pending, 3, default)).Select(x => $"{x}"));
        lines.AddRange((await reader.ReadDueOutboxAsync(4, 3, default)).Select(x => $"{x}"));
        for (var key = 0; key < 6; key++)
            lines.Add($"{await reader.FindDeliveryAsync(key.ToString(CultureInfo.InvariantCulture), default)}");
        if (reader is IStateTransaction transaction)
        {
            lines.Add(Text(await transaction.TakeDeltasAsync(8, 7, default)));
            UInt128[] ids = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? (UInt128)i : UInt128.MaxValue - (UInt128)i).Order()];
            foreach (var model in Models)
                lines.AddRange((await transaction.ReadJoinRowsAsync(model, ids, default)).Select(row => row is null ? "-" : $"{row.Id} {row.EventTime} {row.Label} {row.LabelTime} {row.Touched} {string.Join(' ', row.Scores.Select(s => $"{s.Version} {s.Score} [{string.Join(',', s.Segments)}] {Of(s.Probabilities)} {Of(s.Ensemble)}"))}"));
        }

        return string.Join('\n', lines);
    }

    private static string Of(double[]? values) => values is null ? "-" : string.Join(',', values);
}
