"""How good forecasts were: folds, scores, the backtest and its leaderboard."""
