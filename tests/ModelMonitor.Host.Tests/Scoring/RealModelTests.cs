using System.Security.Cryptography;
using Apache.Arrow;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Host.Tests.Scoring;

public sealed class RealModelTests
{
    private readonly OnnxScorerFactory factory = new();

    public static TheoryData<string> Names => ["flights", "birdstrikes", "chicago", "chicago_overfit"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_production_row_gets_the_score_that_was_written_down(string name)
    {
        var (model, folder, column) = Case(name);
        var expected = Cases.Expected(folder, column);
        using var scorer = factory.Open(model);
        var row = 0;
        foreach (var batch in Cases.Production(folder))
        {
            using (batch)
            {
                var scores = new double[batch.Length];
                scorer.Score(batch, scores);
                foreach (var score in scores)
                {
                    var limit = model.Task == Core.TaskKind.Regression ? 1e-4 * Math.Abs(expected[row]) : 2e-6;
                    Assert.True(Math.Abs(score - expected[row]) <= limit, $"row {row}: {score:R}, expected {expected[row]:R}");
                    row++;
                }
            }
        }

        Assert.Equal(expected.Length, row);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_score_does_not_depend_on_the_batch_size(string name)
    {
        var (model, folder, _) = Case(name);
        using var scorer = factory.Open(model);
        using var batch = Cases.Production(folder).First();
        var whole = new double[batch.Length];
        scorer.Score(batch, whole);
        for (var row = 0; row < Math.Min(50, batch.Length); row++)
        {
            using var one = batch.Slice(row, 1);
            var score = new double[1];
            scorer.Score(one, score);
            Assert.Equal(BitConverter.DoubleToInt64Bits(whole[row]), BitConverter.DoubleToInt64Bits(score[0]));
        }
    }

    [Fact]
    public void Calls_at_the_same_time_give_the_scores_of_calls_one_by_one()
    {
        using var scorer = factory.Open(Cases.Birdstrikes);
        var batches = Cases.Production("birdstrikes").ToArray();
        var serial = batches.Select(batch => Scores(scorer, batch)).ToArray();
        var parallel = new double[batches.Length][];
        Parallel.For(0, batches.Length, i => parallel[i] = Scores(scorer, batches[i]));
        Assert.Equal(serial, parallel);
        foreach (var batch in batches) batch.Dispose();
    }

    [Fact]
    public void The_scorer_says_what_it_is()
    {
        using var scorer = factory.Open(Cases.Flights);
        Assert.Equal("cpu", scorer.Provider);
        Assert.Equal(Cases.Flights.Inputs[0].Columns, scorer.InputColumns);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Cases.Flights.Onnx!))), scorer.Sha256);
    }

    private static double[] Scores(Engine.Scoring.IScorer scorer, RecordBatch batch)
    {
        var scores = new double[batch.Length];
        scorer.Score(batch, scores);
        return scores;
    }

    private static (ModelOptions Model, string Folder, int Column) Case(string name) => name switch
    {
        "flights" => (Cases.Flights, name, 1),
        "birdstrikes" => (Cases.Birdstrikes, name, 1),
        "chicago" => (Cases.Chicago, name, 1),
        _ => (Cases.ChicagoOverfit, "chicago", 2),
    };
}
