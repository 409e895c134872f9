using CsCheck;
using ModelMonitor.Core.Retraining;

namespace ModelMonitor.Core.Tests.Retraining;

public sealed class RetrainAdmissionTests
{
    [Theory]
    [InlineData("retrain", 0, 0, 3, null, 0, null)]
    [InlineData("watch", 0, 0, 3, null, 0, "withheld")]
    [InlineData("stop", 0, 0, 3, null, 0, "withheld")]
    [InlineData("none", 0, 0, 3, null, 0, "withheld")]
    [InlineData("retrain", 1, 0, 3, null, 0, "running")]
    [InlineData("retrain", 0, 3, 3, null, 0, "budget")]
    [InlineData("retrain", 0, 2, 3, 40L, 60, null)]
    [InlineData("retrain", 0, 2, 3, 41L, 60, "cooldown")]
    public void A_request_goes_out_or_says_why_not(string prescribed, int open, int today, int budget, long? last, long cooldown, string? refusal) =>
        Assert.Equal(refusal, RetrainAdmission.Refusal(prescribed, open, today, budget, last, 100, cooldown));

    /// <summary>Whatever asks and whenever: never two at once, never more a day than the budget, never closer than the cooldown.</summary>
    [Fact]
    public void No_order_of_events_breaks_a_limit() => Gen.Select(Gen.Int[1, 4], Gen.Int[0, 30], Gen.Select(Gen.Int[0, 20], Gen.Bool).List[1, 200]).Sample((budget, cooldown, steps) =>
    {
        var (now, made, open) = (0L, new List<long>(), false);
        foreach (var (wait, settles) in steps)
        {
            now += wait;
            if (settles) open = false;
            if (RetrainAdmission.Refusal("retrain", open ? 1 : 0, made.Count(at => at >= now / 100 * 100), budget, made.Count == 0 ? null : made[^1], now, cooldown) is not null) continue;
            if (open) return false;
            made.Add(now);
            open = true;
        }

        return made.GroupBy(at => at / 100).All(day => day.Count() <= budget) && made.Zip(made.Skip(1)).All(pair => pair.Second - pair.First >= cooldown);
    });

    [Theory]
    [InlineData(false, 0, false, 0, 0, true)] // its request had to wait
    [InlineData(false, 1, true, 0, 10, true)] // what came of it did not help
    [InlineData(false, 1, false, 0, 10, false)] // nobody answered
    [InlineData(false, 1, true, 1, 10, false)] // a challenger is on its way
    [InlineData(false, 1, true, 0, 0, false)] // without a cooldown every evaluation would ask
    [InlineData(true, 0, false, 0, 10, true)]
    [InlineData(true, 1, true, 0, 10, false)] // a fact about a version asks once
    public void A_breach_that_goes_on_asks_again_where_that_helps(bool ofVersion, int asked, bool answered, int underWay, long cooldown, bool again) =>
        Assert.Equal(again, RetrainAdmission.AsksAgain(ofVersion, asked, answered, underWay, cooldown));
}
