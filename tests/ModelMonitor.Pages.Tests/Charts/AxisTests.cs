using CsCheck;
using ModelMonitor.Core;
using ModelMonitor.Host.Pages.Charts;

namespace ModelMonitor.Pages.Tests.Charts;

public sealed class AxisTests
{
    [Fact]
    public void A_scale_of_numbers_holds_them_and_has_a_few_even_ticks() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[0, 1e6], Gen.Int[2, 8]).Sample((least, range, about) =>
        {
            var axis = Axis.Numbers(least, least + range, about);
            Assert.InRange(axis.Ticks.Count, 2, about + 4);
            var step = axis.Ticks[1].Value - axis.Ticks[0].Value;
            Assert.True(axis.From <= least + (1e-6 * step) && axis.To >= least + range - (1e-6 * step), $"{axis.From} … {axis.To}");
            Assert.All(axis.Ticks.Zip(axis.Ticks.Skip(1)), pair => Assert.Equal(step, pair.Second.Value - pair.First.Value, 1e-6 * step));
            // Two ticks that read alike would say nothing.
            Assert.Equal(axis.Ticks.Count, axis.Ticks.Select(t => t.Label).Distinct().Count());
        });

    [Theory]
    [InlineData(0.61, 0.84, "0.60 0.65 0.70 0.75 0.80 0.85")]
    [InlineData(0, 3.2, "0 1 2 3 4")]
    [InlineData(0, 0, "-5e-10 0 5e-10")]
    public void Ticks_are_round(double least, double greatest, string labels)
    {
        var axis = Axis.Numbers(least, greatest, 5);
        if (least < greatest) Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(t => t.Label)));
        else Assert.True(axis.From < 0 && axis.To > 0);
    }

    [Fact]
    public void An_axis_of_time_has_its_ticks_in_the_range_and_few_of_them() =>
        Gen.Select(Gen.Long[Instant.From(new DateTimeOffset(1971, 1, 1, 0, 0, 0, TimeSpan.Zero)), Instant.From(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero))], Gen.Long[Instant.Hour, 40 * 365 * Instant.Day]).Sample((from, length) =>
        {
            var axis = TimeAxis.Of(from, from + length);
            Assert.InRange(axis.Ticks.Count, 0, 10);
            Assert.All(axis.Ticks, tick => Assert.InRange(tick.Value, from, from + length));
            if (length > 3 * Instant.Hour) Assert.NotEmpty(axis.Ticks);
        });

    [Fact]
    public void Months_begin_on_their_first_day()
    {
        var axis = TimeAxis.Of(At(2001, 1, 15), At(2001, 7, 10));
        Assert.Equal("Feb 2001 Mar 2001 Apr 2001 May 2001 Jun 2001 Jul 2001", string.Join(' ', axis.Ticks.Select(t => t.Label)));
        Assert.Equal(At(2001, 3, 1), (long)axis.Ticks[1].Value);
    }

    [Fact]
    public void A_line_is_broken_where_there_is_no_value_and_a_band_too()
    {
        var (x, y) = (new Axis(0, 4, []), new Axis(0, 1, []));
        LinePoint[] points = [new(0, 0, 0, 0.5), new(1, 1, 0.5, 1), new(2, null), new(3, 0.5, 0.25, 0.75), new(4, 0.5, 0.25, 0.75)];
        Assert.Equal("M0 100L250 0M750 50L1000 50", SvgPath.Line(points, x, y, 100));
        Assert.Equal("M0 50L250 0L250 50L0 100ZM750 25L1000 25L1000 75L750 75Z", SvgPath.Band(points, x, y, 100, toAxis: false));
    }

    [Fact]
    public void What_lies_beyond_an_axis_is_drawn_at_its_end() => Assert.Equal((0, 1), (new Axis(1, 2, []).At(-5), new Axis(1, 2, []).At(9)));

    private static long At(int year, int month, int day) => Instant.From(new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero));
}
